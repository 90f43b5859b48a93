"""A diagnosis of one room against a practice sandbox, by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec

from feishu_wizard.domain.diagnosis import Question
from feishu_wizard.domain.finding import Finding
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.setup import Setup
from feishu_wizard.operations.context import Program, Workplace
from feishu_wizard.operations.diagnose.case import Case
from feishu_wizard.operations.diagnose.graph import Graph, Look
from feishu_wizard.services.storage.setup_file import read_setup
from feishu_wizard.text import book
from feishu_wizard.text.catalog import languages, use
from feishu_wizard.text.words import finding_words
from tests.sandbox_process import SandboxProcess

replace = msgspec.structs.replace
NO_ONE = Question()
Looks = Callable[[Case], tuple[Look[Case], ...]]


def kit_of(sandbox: SandboxProcess, **office: Any) -> Kit:
    """The sandbox's own setup file; what is named besides changes its office part."""
    setup = read_setup(sandbox.setup)
    return Kit(with_office(setup, **office), file_path=str(sandbox.setup))


def with_office(setup: Setup, **office: Any) -> Setup:
    return replace(setup, office=replace(setup.office, **office))


def with_feishu(setup: Setup, **feishu: Any) -> Setup:
    return replace(setup, feishu=replace(setup.feishu, **feishu))


def in_case(
    root: Path, kit: Kit, work: Callable[[Case], Awaitable[Any]], question: Question = NO_ONE
) -> Any:
    """Do something with a case of its own; the state folder is ``root``."""

    async def main() -> Any:
        async with Workplace(Program(state_root=root, use_keyring=False)) as place:
            case = Case(place, kit, question, await place.http(kit))
            try:
                return await work(case)
            finally:
                await case.close()

    return asyncio.run(main())


def found_by(looks: Looks, root: Path, kit: Kit, question: Question = NO_ONE) -> dict[str, Finding]:
    """What these looks find, by check; every check is told exactly once."""

    async def work(case: Case) -> dict[str, Finding]:
        told: list[Finding] = []
        graph = Graph(looks(case), told.append)
        assert await graph.run(case, 60.0)
        assert sorted(f.id for f in told) == sorted(graph.findings)
        told_in_words(told)
        return graph.findings

    found: dict[str, Finding] = in_case(root, kit, work, question)
    return found


def told_in_words(findings: Iterable[Finding]) -> None:
    """Every code has words of its own, and its sentence lacks no value, in both languages."""
    for finding in findings:
        assert book.knows(finding.code), finding.code
        for language, _name in languages():
            use(language)
            assert book.MISSING not in finding_words(finding).text, finding
    use("en")


def statuses(found: dict[str, Finding]) -> dict[str, str]:
    """Outcome by the last part of the id."""
    return {check.rpartition(".")[2]: finding.status.value for check, finding in found.items()}
