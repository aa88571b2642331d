"""Every word on a page that is not the prototype's own: `texts = ui.use_language("de")`, then `texts.ask`."""

from functools import cache
from pathlib import Path

import msgspec
import yaml

_FOLDER = Path(__file__).parent
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class PageTexts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The texts of pages in one language; en.yaml beside this file shows each. What stands in {braces} is put in."""

    language: str
    direction: str
    """"rtl" where people read from right to left, else "ltr"."""
    thousands: str
    """What stands between the thousands of a number."""

    # Asking
    ask_question: str
    ask_documents: str
    ask_tables: str
    your_question: str
    ask: str
    search: str
    search_in: str
    all_documents: str
    try_one: str
    stop: str
    new_conversation: str

    # An answer
    sources: str
    open_document: str
    also_found: str
    match: str
    doubtful: str
    not_in_documents: str
    nearest_passage: str
    no_passage_near: str
    tokens_used: str
    cost_with: str
    cost_unknown: str
    helpful: str
    not_helpful: str
    feedback_taken: str
    stopped: str
    offline_instead: str
    longest_reached: str
    broken_off: str
    thinking: str

    # The session
    this_session: str
    questions: str
    latency: str
    tokens: str
    cost: str

    # The documents
    documents: str
    your_documents: str
    your_file: str
    pasted_text: str
    no_documents: str
    reading_documents: str
    words_first: str
    words_first_of: str
    passages_ready: str
    pages: str
    passages: str
    file_not_read: str
    file_read_in_part: str
    sample_documents: str
    sample_documents_plain: str
    samples_in_english: str
    samples_owner: str
    samples_guest: str
    samples_upload: str
    offline_owner: str
    offline_guest: str
    offline_language: str

    # Files of a visitor
    add_documents: str
    add_tables: str
    remove_documents: str
    remove_tables: str
    upload_file: str
    upload_files: str
    or_upload: str
    or_upload_own: str
    upload_for_visit: str
    upload_shared: str
    upload_once: str
    upload_to_model: str
    upload_too_large: str
    upload_wait: str
    upload_files_an_hour: str
    upload_megabytes_an_hour: str
    upload_no_room: str
    upload_not_here: str
    upload_empty: str
    upload_not_kept: str

    # When something is wrong
    not_set_up: str
    model_down: str
    model_declined: str
    model_not_connected: str
    too_long_for_model: str
    question_too_long: str
    text_too_long: str
    questions_a_minute: str
    conversation_used_up: str
    budget_used_up: str
    budget_of_today_used_up: str
    answers_under_way: str
    offline_meanwhile: str
    limit_unknown: str
    price_unknown: str

    # Summaries
    text: str
    paste_text: str
    or_paste_text: str
    shape: str
    shapes: dict[str, str]
    length: str
    lengths: dict[str, str]
    summarize: str
    text_first: str
    words_became: str
    where_from: str
    summary_not_shorter: str
    summary_some_actions: str
    summary_no_actions: str
    summary_nothing: str

    # Sorting texts
    sort: str
    sorting: str
    sorted_texts: str
    or_whole_file: str
    text_or_file_first: str
    labels: str
    label: str
    texts: str
    confidence: str
    deciding_words: str
    label_wrong: str
    learn: str
    learnt: str
    show_only: str
    share_of_texts: str
    download_table: str
    corrections_gain: str
    text_a_line: str
    about_people: str
    scored_offline: str
    sure: str
    unsure: str
    nearest_labels: str
    texts_counted: str
    labels_missing: str
    labels_differ: str
    and_others: str

    # Reading fields
    document: str
    reading: str
    of_documents: str
    paste_document: str
    make_table: str
    not_stated: str
    click_cell: str
    value_wrong: str
    correct: str
    value_kept: str
    extraction_reasons: dict[str, str]
    required_missing: str
    two_readings: str
    answer_yes: str
    answer_no: str
    either: str

    # Asking tables
    columns: str
    column_heads: dict[str, str]
    column_types: dict[str, str]
    type_wrong: str
    type_wrong_write: str
    keep_types: str
    download_rows: str
    rows_behind: str
    sql_to_run: str
    run_sql: str

    # Comparing documents
    older: str
    newer: str
    compare: str
    check_list: str
    paste_or_upload: str
    older_text: str
    newer_text: str
    upload_older: str
    upload_newer: str
    two_documents_first: str
    compared_with: str
    changes: str
    side_by_side: str
    show_same: str
    matter_less: str
    unchanged: str

    # Writing
    write: str
    form_first: str
    rules_kept: str
    from_input: str
    not_in_input: str
    shorter: str
    longer: str
    tone: str
    tones: dict[str, str]
    version: str
    copy_text: str
    needs_model: str
    prepared_example: str
    nothing_for_shape: str
    repaired: str
    draft_kept: str

    def count(self, number: int) -> str:
        """A whole number as people write it: "3,120"."""
        return f"{number:,}".replace(",", self.thousands)


def languages() -> list[str]:
    """The languages (ISO 639-1) that pages speak."""
    return sorted(path.stem for path in _FOLDER.glob("*.yaml"))


@cache
def texts_in(language: str) -> PageTexts:
    """The texts in `language` (ISO 639-1, a region is left aside), in English where no file speaks it."""
    path = _FOLDER / f"{language.partition('-')[0].lower()}.yaml"
    path = path if path.name in {each.name for each in _FOLDER.glob("*.yaml")} else _FOLDER / "en.yaml"
    fields = yaml.load(path.read_text(encoding="utf-8"), _LOADER)
    return msgspec.convert(fields | {"language": path.stem}, PageTexts)


_page = texts_in("en")


def use_language(language: str) -> PageTexts:
    """Let the page that this process serves speak `language`, its ready-made parts too; its texts are returned."""
    global _page
    _page = texts_in(language)
    return _page


def page_texts() -> PageTexts:
    """The texts of the page that this process serves: those of the last `use_language`, else English."""
    return _page
