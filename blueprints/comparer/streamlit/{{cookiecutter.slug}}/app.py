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

MODES = {"compare": "Compare", "checklist": "Check against the list"}


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
    label = side.capitalize()
    chosen: list[str] = []
    if several:
        chosen = st.multiselect(label, names, names[default : default + 1] or None, format_func=ui.safe_line)
    elif names:
        chosen = [st.selectbox(label, names, len(names) - 1 if default < 0 else default)]
    with st.expander(f"{label}: paste or upload", icon=":material/upload_file:"):
        text = st.text_area(f"{label} text", height=120)
        if ui.may_upload(settings):
            st.file_uploader(
                f"Upload the {side} document", key=f"upload-{side}", on_change=take_upload, args=(side,)
            )
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
            "Compared with", range(len(request.old)), format_func=lambda at: request.old[at].name
        )
    comparison, sides = request.comparisons[at], (request.old[at].name, request.new.name)
    changes, both = st.tabs(["Changes", "Side by side"])
    with changes:
        kinds = st.pills(
            "Show",
            ui.CHANGE_KINDS,
            selection_mode="multi",
            default=ui.CHANGE_KINDS,
            label_visibility="collapsed",
        )
        st.html(ui.changes_html(comparison, kinds, settings.language))
    with both:
        whole = st.toggle("Show also what is the same")
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
        with st.expander("Where each point stands", icon=":material/format_quote:"):
            ui.show_sources(answer.citations)


try:
    assistant = load_assistant()
    settings = assistant.settings
except RuntimeProblem as problem:
    st.error(ui.safe_markdown(problem.friendly))
    st.stop()

ui.set_up_page(settings, wide=True)
ui.show_engine(settings)
session = st.session_state.setdefault("session", uuid.uuid4().hex)
names = [path.name for path in assistant.documents()]
st.markdown(ui.safe_markdown(settings.welcome))
modes = MODES if settings.checklist else {"compare": "Compare"}
mode = st.segmented_control(
    "What to do",
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
    st.info("Choose two documents first: from the lists, an upload, or a text that you paste.")
elif wanted or at_once:
    request = assistant.request(new[0], old)
    ui.write_stream(
        assistant.answer(request, session),
        keep=lambda answer: st.session_state.update(result=(request, answer)),
    )
elif result := st.session_state.get("result"):
    show_result(*result)
