"""An accounts host whose answers a test writes, behind the program's real HTTP client."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl

import httpx
import respx

from tests.unit.feishu.fake import HOSTS

URL = f"{HOSTS.accounts}/oauth/v1/app/registration"
BEGUN = {
    "device_code": "dC0dE9Zx4Qm7Lk2Wp8Rt5Yv1",
    "user_code": "ABCD-EFGH",
    "verification_uri": "https://open.example.com/page/launcher",
    "verification_uri_complete": "https://open.example.com/page/launcher?user_code=ABCD-EFGH",
    "interval": 5,
    "expires_in": 3600,
}
SECRET = "n7Rk2Xw9QbT4mZc6VpL1sYh8JdG3fKaE"
DONE = {
    "client_id": "cli_a8c029e757e6500b",
    "client_secret": SECRET,
    "user_info": {"open_id": "ou_d317f090b7258ad0372aa53963cda70d", "tenant_brand": "feishu"},
}


class Accounts:
    """Answers in order, the last one again and again; remembers the forms it got."""

    def __init__(self, router: respx.MockRouter) -> None:
        self.answers: list[httpx.Response | Exception] = []
        self.forms: list[dict[str, str]] = []
        self.requests: list[httpx.Request] = []
        router.post(URL).mock(side_effect=self._answer)

    def says(self, body: object, status: int = 200, **headers: str) -> Accounts:
        """Queue a JSON answer; bytes are sent as a page."""
        content = {"content": body} if isinstance(body, bytes) else {"json": body}
        self.answers.append(httpx.Response(status, headers=headers, **content))
        return self

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        self.forms.append(dict(parse_qsl(request.content.decode())))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def accounts_host() -> Iterator[Accounts]:
    """For a fixture: a host that is the only one to be reached."""
    with respx.mock(assert_all_called=False) as router:
        yield Accounts(router)
