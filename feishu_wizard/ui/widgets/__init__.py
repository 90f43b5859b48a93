"""The bricks of all pages. Import each from its module; nothing is imported here, so that the
first paint loads only what the first page shows.

Identifiers: the first argument of an input (``field_id``, ``row_id`` ...) becomes its
``objectName`` and accessible identifier (DESIGN section 3: "credentials.app_id"). Texts that a
page gives are set again by the page in ``retranslate()``; what a brick says itself ("Copy") follows
the language alone. All texts are plain. No brick emits a change signal for a value set by the
program. Never show a widget that has no parent: use ``base.show_if``.

``page.Page(step_id)``
    ``body`` (QVBoxLayout), ``add(w)``, ``focus_field(id)``, ``reveal(w)``. Override ``title()``,
    ``intro()`` ("" takes text.labels), ``help_link() -> (question, url) | None``, ``refresh()``,
    ``retranslate()``, ``first_field()``. The shell makes ``<Step>Page(session)`` from
    ``ui/pages/<step>.py`` when the step is first opened, and calls ``refresh()`` after each change.
``base``
    ``Block`` (QWidget with ``retranslate()`` and ``recolor()``), ``column(parent, spacing)``,
    ``row(*widgets)`` (left-aligned), ``clear(layout)``, ``show_if(w, bool)``,
    ``repolish(w, property, value)``.
``field.Field(field_id, label)``
    Signals ``changed(str)``, ``committed()``, ``proposal_taken(str)``. ``text()``, ``set_text``,
    ``set_label("App &ID")``, ``set_placeholder``, ``set_hint``, ``set_problem(text, Severity)``
    ("" clears), ``problem()``, ``set_note``, ``set_proposal(value)`` ("" clears),
    ``set_read_only``; ``edit`` (QLineEdit), ``row`` (layout of the edit, for a button beside it).
``field.MessageLine()``
    Icon and sentence: ``show_text(text, Severity)``, "" hides.
``secret_field.SecretField``
    A ``Field``: masked, revealed for 30 seconds.
``copy_row.CopyRow(row_id, label, value, multiline=False)``
    The copy button has the id ``row_id``, the box ``row_id + ".value"``.
    ``set_label(label, hint)``, ``set_value``, ``set_secret(callable)``, ``add_widget(w)`` (a tick
    behind it), ``value()``.
``copy_row.CopyButton(callable, secret=False, kind="secondary")``
    ``set_words("Copy JSON")``.
``check_row.CheckRow(row_id, view)``
    ``set_view(RowView)``, ``body`` (layout for more buttons), ``set_expanded``, ``view()``.
``check_row.RowView(status, title, word, ...)``
    ``sentence``, ``badge``, ``details=(Detail(label, text),)``, ``links=(PageLink(label, url),)``,
    ``icon``, ``tone``. ``finding_view(Finding, links=())`` makes one from a finding.
``check_list.CheckList(ruled=False)``
    ``show_rows([(row_id, RowView)])``, ``show_findings(findings, prefix="")``, ``row(row_id)``,
    ``row_ids()``; what stays is not rebuilt: focus and open details are kept.
``choices.ChoiceGroup(group_id, title)``
    ``set_options([Option(value, label, consequence)])``, ``value()``, ``set_value``, signal
    ``changed(str)``; button ids ``group_id.value``.
``choices.TickRow(row_id, text, consequence)``
    ``checked()``, ``set_checked``, ``set_text(text, consequence)``, signal ``toggled(bool)``.
``choices.DropDown(box_id, name)``
    ``set_options([Option])``, ``value()``, ``set_value``, signal ``picked(str)``; put it into
    ``row(...)``.
``card.Card(title, text, icon)``
    ``add(w)``, ``body``, ``header`` (layout: a badge or a button at the right), ``set_title``.
``card.Banner(Severity, text, title)``
    ``show_text(severity, text, title)``, ``add_action(button)``, ``body``.
``card.Disclosure(words)``
    ``set_words(closed, opened)``, ``body``, ``set_open``, signal ``toggled(bool)``.
``diff_table.DiffTable(table_id, name)``
    ``set_rows([DiffRow(field, before, after, what, changes)])``.
``buttons.Button(text, kind, icon)``
    kind: secondary, quiet, link, primary (only the shell has one). ``set_icon(name, trailing)``,
    ``set_icon_only(name, words)``, ``set_menu(QMenu)``, ``set_busy(bool)``.
``buttons.LinkButton(text, url)``
    ``set_link(text, url)``; hidden without an address.
``labels``
    ``WrapLabel(text, role, tone="", selectable=False)``, roles heading, title, strong, body, muted,
    small, mono; ``set_text`` ("" hides), ``set_tone``. ``IconLabel(name, tone)``,
    ``Pill(text, tone)`` with ``set_text(text, tone)``, ``ElapsedLabel.start(monotonic, words)``.

Beside them: ``ui.a11y`` (``identify(w, id)``, ``describe(w, name, description)``,
``announce(w, text)``), ``ui.desktop`` (``open_url``, ``copy``, ``copy_secret``), ``ui.theme``
(``space(units)``, ``color(token)``, ``font(role)``).
"""
