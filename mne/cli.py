"""The ``mne`` command: check, review, trace, templates, decisions.

Exit 0 done, 1 the analysis failed, 2 wrong input. Heavy libraries are imported by the verb that
needs them, so that help and a typing mistake answer at once.
"""

import re
import sys

import click

from mne import __version__
from mne.errors import InputError, listed, nearest

_HELP = {"help_option_names": ["-h", "--help"]}


class _Verbs(click.Group):
    """Turns a mistake into one sentence on stderr, in the language of the session, and exit code 2."""

    def invoke(self, context: click.Context):
        try:
            return super().invoke(context)
        except (InputError, click.UsageError) as error:
            told = error if isinstance(error, InputError) else _usage(error)
            click.echo(told.sentence(_session_language(context)), err=True)
            context.exit(2)

    def resolve_command(self, context: click.Context, args: list[str]):
        if args[0] not in self.commands:
            raise InputError("verb_unknown", found=args[0], nearest=nearest(args[0], self.commands), allowed=listed(self.commands))
        return super().resolve_command(context, args)


def _usage(error: click.UsageError) -> InputError:
    """What click found on the command line, in our words."""
    if isinstance(error, click.NoSuchOption):
        return InputError("option_unknown", found=error.option_name, nearest=nearest(error.option_name, error.possibilities or []))
    parameter = getattr(error, "param", None)
    if isinstance(error, click.MissingParameter) and parameter:
        return InputError("argument_missing", key=parameter.human_readable_name)
    if isinstance(error, click.BadParameter) and parameter:
        kind = parameter.type
        allowed = f"{kind.min} ≤ … ≤ {kind.max}" if isinstance(kind, click.IntRange) else ""
        return InputError("option_value", key=parameter.opts[0], allowed=allowed)
    return InputError("usage_wrong")


def _session_language(context: click.Context) -> str:
    root = context.find_root()
    return root.params.get("lang") or root.meta.get("lang", "en")


@click.group(cls=_Verbs, context_settings=_HELP)
@click.version_option(__version__, prog_name="mne")
@click.option("--lang", type=click.Choice(["vi", "en"]), help="Ngôn ngữ thông báo / language of messages.")
def main(lang: str | None) -> None:
    """Đánh giá chương trình giảm nghèo / review of a poverty-reduction programme."""
    # A Windows console in Viet Nam may not speak UTF-8; a message must never fail for that.
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")


@main.command()
@click.argument("edition")
@click.pass_context
def check(context: click.Context, edition: str) -> None:
    """Kiểm tra ấn bản, số liệu và các sổ ghi / check an edition, its data and registers."""
    from mne.review import check_edition

    for line in check_edition(edition, lang=_chosen_language(context, edition, None)):
        click.echo(line)


@main.command()
@click.argument("edition")
@click.pass_context
def simulate(context: click.Context, edition: str) -> None:
    """Làm tỉnh mô phỏng của một ấn bản / make the fictional province of a synthetic edition."""
    from mne.review import simulate_edition

    click.echo(simulate_edition(edition, lang=_chosen_language(context, edition, None)))


@main.command()
@click.argument("editions", nargs=-1, required=True)
@click.option("--jobs", type=click.IntRange(1, 16), default=2, show_default=True, help="Số nhân chạy song song / kernels at once.")
@click.pass_context
def review(context: click.Context, editions: tuple[str, ...], jobs: int) -> None:
    """Chạy các chương và ghi báo cáo vào outputs/ / run the chapters, write the report into outputs/."""
    from mne.review import open_review

    opened = []
    for edition in editions:  # every mistake is told before the first kernel starts
        context.find_root().meta["lang"] = _edition_language(edition)
        opened.append(open_review(edition))
        opened[-1].compute()

    from mne.pages.publish import ChapterFailed, publish  # only now: a mistake must not wait for it

    for one in opened:
        context.find_root().meta["lang"] = one.lang
        try:
            publish(one, jobs=jobs, tell=lambda line: click.echo(line, err=True))
        except ChapterFailed as failure:
            click.echo(failure.sentence(_session_language(context)), err=True)
            context.exit(1)


@main.command()
@click.argument("result_id")
@click.option("--outputs", default="outputs", show_default=True, help="Thư mục kết quả / folder of results.")
@click.pass_context
def trace(context: click.Context, result_id: str, outputs: str) -> None:
    """Truy một con số về tệp gốc / follow a printed number back to its file."""
    from mne.results import trace_lines

    for line in trace_lines(result_id, outputs, lang=context.find_root().params["lang"]):
        click.echo(line)


@main.command()
@click.argument("folder")
@click.option("--lang", type=click.Choice(["vi", "en"]), help="Ngôn ngữ của tệp mẫu / language of the workbooks.")
@click.pass_context
def templates(context: click.Context, folder: str, lang: str | None) -> None:
    """Ghi tệp mẫu trống của mọi bảng và sổ mã / write an empty workbook of each table and the codebooks."""
    from pathlib import Path

    from mne.edition import find_root
    from mne.indicators.definition import CATALOGUE, read_definitions
    from mne.intake.templates import write_templates
    from mne.pages.codebook import write_codebook
    from mne.pages.indicator_codebook import write_indicator_codebook
    from mne.text import LANGUAGES

    lang = lang or context.find_root().params["lang"] or LANGUAGES[0]
    context.find_root().meta["lang"] = lang
    root = find_root(Path.cwd())
    # The indicators are the project's own; outside of one there are only the tables.
    catalogue = read_definitions(root / CATALOGUE, shown=CATALOGUE) if root and (root / CATALOGUE).is_dir() else {}
    written = [*write_templates(Path(folder), lang=lang), *(write_codebook(Path(folder), lang=one) for one in LANGUAGES)]
    written += [write_indicator_codebook(Path(folder), catalogue, lang=one) for one in LANGUAGES if catalogue]
    for path in written:
        click.echo(path.as_posix())


@main.command()
@click.argument("edition")
@click.option("--lang", type=click.Choice(["vi", "en"]), help="Ngôn ngữ của sổ / language of the workbook.")
@click.pass_context
def decisions(context: click.Context, edition: str, lang: str | None) -> None:
    """Ghi sổ quyết định về các ô lỗi và địa danh chưa rõ / write the workbook of faulty cells and doubtful places to decide on."""
    from mne.intake.decision_lines import word
    from mne.intake.decision_workbook import export
    from mne.intake.office import DECISIONS
    from mne.review import open_review
    from mne.text import number

    lang = _chosen_language(context, edition, lang)
    opened = open_review(edition)
    if not opened.edition.intake:
        raise InputError("decisions_no_files", where=edition)
    files = opened.edition.intake.files
    waiting = export(opened.office, opened.edition.file(files) / DECISIONS, places=opened.edition.places, lang=lang)
    click.echo(word("waiting", lang, path=f"{files}/{DECISIONS}", count=number(waiting, lang)))


@main.group(cls=_Verbs)
def cards() -> None:
    """Thẻ bảo hiểm y tế cấp trùng: giao cho xã xem xét, nhận lại quyết định / duplicate cards: out to the communes, decisions back in."""


@cards.command("export")
@click.argument("edition")
@click.option("--all", "everything", is_flag=True, help="Cả mọi cặp có lẽ trùng / every probable pair too.")
@click.option("--lang", type=click.Choice(["vi", "en"]), help="Ngôn ngữ của sổ / language of the workbooks.")
@click.pass_context
def cards_export(context: click.Context, edition: str, everything: bool, lang: str | None) -> None:
    """Ghi một sổ cho mỗi xã về các cặp thẻ cần xem xét / write a workbook for each commune of the pairs to look at."""
    from mne.cards.review import export_cards
    from mne.review import open_review

    lang = _chosen_language(context, edition, lang)
    for line in export_cards(open_review(edition), lang=lang, everything=everything):
        click.echo(line)


@cards.command("import")
@click.argument("edition")
@click.pass_context
def cards_import(context: click.Context, edition: str) -> None:
    """Đọc quyết định của các xã và cho biết chúng nói gì / read the decisions of the communes and tell what they say."""
    from mne.cards.review import import_cards
    from mne.review import open_review

    for line in import_cards(open_review(edition), lang=_chosen_language(context, edition, None)):
        click.echo(line)


@main.command()
@click.argument("file")
@click.pass_context
def plan(context: click.Context, file: str) -> None:
    """Kiểm tra kế hoạch phân tích và cho biết mã băm để chốt / check an analysis plan, tell the hash to freeze it with."""
    from pathlib import Path

    from mne.analysis_plan import read_plan
    from mne.impact.plan import check, freeze, specifications
    from mne.text import texts

    lang, held = _session_language(context), read_plan(Path(file), shown=file)
    click.echo(f"{file}: {texts('mne.texts', 'impact.yml')['plan_status'][check(held)][lang]}")
    click.echo(f"sha256: {freeze(held)}")
    for name in specifications(held)["specification"]:
        click.echo(f"   {name}")


@main.command()
@click.argument("folder", required=False)
@click.option("--only", multiple=True, help="Chỉ bộ dữ liệu này / this data set only.")
@click.pass_context
def benchmarks(context: click.Context, folder: str | None, only: tuple[str, ...]) -> None:
    """So các số đã công bố với kết quả của chương trình / published numbers beside ours; FOLDER or $MNE_BENCHMARKS holds the data."""
    from mne.impact.benchmarks import compare, lines

    compared = compare(folder, only=list(only) or None)
    for line in lines(compared):
        click.echo(line)
    context.exit(0 if compared["agrees"].all() else 1)


def _chosen_language(context: click.Context, edition: str, lang: str | None) -> str:
    """The language of what a verb writes: its own option, that of the session, or the edition's first one."""
    context.find_root().meta["lang"] = lang or _edition_language(edition)
    return lang or _session_language(context)


def _edition_language(edition: str) -> str:
    """The first language an edition file names, even if the rest of it is wrong; else English."""
    from mne.edition import locate
    from mne.text import LANGUAGES

    try:
        text = locate(edition)[1].read_text("utf-8", errors="replace")
    except (InputError, OSError):
        return "en"
    named = re.search(r"^languages:[ \t]*(?:#.*)?[\s\[\-\"']*([a-z]+)", text, re.MULTILINE)
    return named[1] if named and named[1] in LANGUAGES else "en"
