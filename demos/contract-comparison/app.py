"""The screen: an older and a newer document, what changed between them, and both side by side."""

import uuid

import streamlit as st
from assistant import Assistant

from protokit.runtime import (
    OWN,
    Answer,
    ComparedDocument,
    ComparisonRequest,
    RuntimeProblem,
    comparison_docx,
    comparison_xlsx,
    notice,
    ui,
)


@st.cache_resource(show_spinner=False)
def load_assistant() -> Assistant:
    return Assistant()


def take_upload(side: str) -> None:
    """The text of an upload, for this visit; the file itself is not kept."""
    if upload := st.session_state[f"upload-{side}"]:
        ui.read_upload(
            upload,
            lambda path: st.session_state.update(
                {f"own-{side}": assistant.read_document(path, f"{OWN}{path.name}")}
            ),
        )
    else:
        st.session_state.pop(f"own-{side}", None)


def pick(side: str, default: int, *, several: bool) -> list[ComparedDocument]:
    """The documents of one side: pasted, uploaded, or chosen from knowledge/."""
    label, label_text, label_upload = LABELS[side]
    chosen: list[str] = []
    if several:
        chosen = st.multiselect(label, names, names[default : default + 1] or None, format_func=ui.safe_line)
    elif names:
        chosen = [st.selectbox(label, names, len(names) - 1 if default < 0 else default)]
    with st.expander(f"{label}: {texts.paste_or_upload}", icon=":material/upload_file:"):
        text = st.text_area(label_text, height=120)
        if ui.may_upload(settings):
            st.file_uploader(label_upload, key=f"upload-{side}", on_change=take_upload, args=(side,))
            st.caption(notice(settings.model, once=True))
    if text.strip():
        return [ComparedDocument.of_text(text, f"{OWN}{side} text")]
    if own := st.session_state.get(f"own-{side}"):
        return [own]
    return [assistant.document(name) for name in chosen]


def show_comparison(request: ComparisonRequest, answer: Answer) -> None:
    at = 0
    if len(request.old) > 1:
        at = st.selectbox(
            texts.compared_with,
            range(len(request.old)),
            format_func=lambda at: ui.shown_name(request.old[at].name),
        )
    comparison, sides = request.comparisons[at], (request.old[at].name, request.new.name)
    changes, both = st.tabs([texts.changes, texts.side_by_side])
    with changes:
        kinds = st.pills(
            texts.show_only,
            ui.CHANGE_KINDS,
            format_func=ui.change_kinds(settings.language).get,
            selection_mode="multi",
            default=ui.CHANGE_KINDS,
            label_visibility="collapsed",
        )
        st.html(ui.changes_html(comparison, kinds, settings.language))
    with both:
        whole = st.toggle(texts.show_same)
        st.html(ui.side_by_side_html(comparison, sides, whole=whole))


def show_result(request: ComparisonRequest, answer: Answer) -> None:
    ui.show_text(answer)
    stem = settings.folder.name
    with st.container(horizontal=True):
        if request.old:
            file = comparison_docx(request, answer)
            st.download_button("Word", file, f"{stem}.docx", icon=":material/download:")
        st.download_button(
            "Excel", comparison_xlsx(request, answer), f"{stem}.xlsx", icon=":material/download:"
        )
    ui.show_feedback(answer, assistant.events)
    if request.old:
        show_comparison(request, answer)
    elif answer.citations:
        with st.expander(texts.where_from, icon=":material/format_quote:"):
            ui.show_sources(answer.citations)


try:
    assistant = load_assistant()
    settings = assistant.settings
except RuntimeProblem as problem:
    ui.stop_page(problem)

texts = ui.use_language(settings.language)  # every word on the page that is not the prototype's own
LABELS = {
    "older": (texts.older, texts.older_text, texts.upload_older),
    "newer": (texts.newer, texts.newer_text, texts.upload_newer),
}
MODES = {"compare": texts.compare, "checklist": texts.check_list}
ui.set_up_page(settings, wide=True)
ui.show_engine(settings)
session = st.session_state.setdefault("session", uuid.uuid4().hex)
names = [path.name for path in assistant.documents()]
st.markdown(ui.safe_markdown(settings.welcome))
modes = MODES if settings.checklist else {"compare": texts.compare}
mode = st.segmented_control(
    texts.changes,
    list(modes),
    format_func=MODES.get,
    default="compare",
    required=True,
    label_visibility="collapsed",
)
left, right = st.columns(2)
with left:
    old = pick("older", max(0, len(names) - 2), several=True) if mode == "compare" else []
with right:
    new = pick("newer", -1, several=False)
wanted = st.button(MODES[mode], type="primary", icon=":material/difference:")
at_once = "result" not in st.session_state and settings.model == "offline" and len(names) > 1
if wanted and not (new and (old or mode == "checklist")):
    st.info(texts.two_documents_first)
elif wanted or at_once:
    request = assistant.request(new[0], old)
    ui.write_stream(
        assistant.answer(request, session),
        keep=lambda answer: st.session_state.update(result=(request, answer)),
    )
elif result := st.session_state.get("result"):
    show_result(*result)
