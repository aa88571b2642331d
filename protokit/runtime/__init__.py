"""The plumbing under a generated prototype: its own app.py and assistant.py hold the behaviour.

Names load on first use, so that a page shows its words before anything heavy is imported.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from protokit.runtime.agent.action_cards import ActionCard, ActionCards
    from protokit.runtime.agent.agent_request import AgentRequest
    from protokit.runtime.agent.agent_scores import action_measures, card_faults
    from protokit.runtime.agent.agent_texts import agent_texts
    from protokit.runtime.agent.simulated_system import SimulatedSystem
    from protokit.runtime.analysis.analyze_question import Analysis, analyze, run_sql, tables_of
    from protokit.runtime.analysis.breakdown import stand_alone
    from protokit.runtime.analysis.column_notes import ColumnNote, ColumnTypes, SourceWithTypes, column_notes
    from protokit.runtime.analysis.data_question import DataQuestion, sql_rule
    from protokit.runtime.analysis.read_only_database import table_names
    from protokit.runtime.analysis.sql_check import SqlProblem
    from protokit.runtime.assistant import NO_OPTIONS, BaseAssistant, Input, Options, PageCheck, SampleRequest
    from protokit.runtime.assistant_types import (
        Answer,
        AnswerTable,
        CellSource,
        ChatMessage,
        Citation,
        Measure,
        Measures,
        Request,
        RequestResult,
        TableColumn,
        Turn,
    )
    from protokit.runtime.classification.classify_request import ClassifyRequest, classifying_rule
    from protokit.runtime.classification.correction_gain import correction_gain
    from protokit.runtime.classification.label_corrections import LabelCorrections, keeps_corrections
    from protokit.runtime.classification.label_measures import label_measures, score_label
    from protokit.runtime.classification.label_table import LabelRow, count_labels, labels_of, sort_batches
    from protokit.runtime.classification.people_note import is_about_people
    from protokit.runtime.classification.rubric_request import RubricRequest, scoring_rule
    from protokit.runtime.classification.text_rows import read_text_file, read_texts, text_columns
    from protokit.runtime.comparison.comparison_files import comparison_docx, comparison_xlsx
    from protokit.runtime.comparison.comparison_request import ComparedDocument, ComparisonRequest
    from protokit.runtime.comparison.comparison_scores import comparison_faults
    from protokit.runtime.extraction.cell_scores import cell_faults, cell_measures
    from protokit.runtime.extraction.corrections import Corrections, cell_key
    from protokit.runtime.extraction.extraction_request import ExtractionRequest, extracting_rule
    from protokit.runtime.extraction.table_files import (
        DocumentRow,
        as_csv,
        as_xlsx,
        document_version,
        rows_of,
        with_rows,
    )
    from protokit.runtime.models.acting_engine import connect_agent
    from protokit.runtime.models.model_factory import connect
    from protokit.runtime.older_pages import keep_upload
    from protokit.runtime.page_texts import texts_in
    from protokit.runtime.prompting.chat_messages import citing_rule, system, turns, user
    from protokit.runtime.qa.condense import condense_question
    from protokit.runtime.qa.offline_answer import Question
    from protokit.runtime.reply import Reply
    from protokit.runtime.runtime_errors import ModelProblem, RuntimeProblem, SettingsProblem
    from protokit.runtime.settings import Settings
    from protokit.runtime.summarization.offline_summary import SummaryRequest, summarizing_rule
    from protokit.runtime.summarization.summary_types import Length, Shape
    from protokit.runtime.tables.table_answer import TableAnswer, answer_from_tables
    from protokit.runtime.uploads.gradio_files import guarded
    from protokit.runtime.uploads.upload_policy import may_upload
    from protokit.runtime.uploads.visitor_files import OWN, VisitorFiles, merge, notice
    from protokit.runtime.usage.events import EventLog
    from protokit.runtime.visit_results import VisitResults
    from protokit.runtime.visitor import current_visitor
    from protokit.runtime.writing.form_values import form_values
    from protokit.runtime.writing.prepared_examples import read_examples, record_example
    from protokit.runtime.writing.writing_files import text_docx
    from protokit.runtime.writing.writing_request import WritingRequest
    from protokit.runtime.writing.writing_scores import writing_faults, writing_measures

_NAMES = {
    "agent.action_cards": "ActionCard ActionCards",
    "agent.agent_request": "AgentRequest",
    "agent.agent_scores": "action_measures card_faults",
    "agent.agent_texts": "agent_texts",
    "agent.simulated_system": "SimulatedSystem",
    "analysis.analyze_question": "Analysis analyze run_sql tables_of",
    "analysis.breakdown": "stand_alone",
    "analysis.column_notes": "ColumnNote ColumnTypes SourceWithTypes column_notes",
    "analysis.data_question": "DataQuestion sql_rule",
    "analysis.sql_check": "SqlProblem",
    "analysis.read_only_database": "table_names",
    "assistant": "NO_OPTIONS BaseAssistant Input Options PageCheck SampleRequest",
    "classification.classify_request": "ClassifyRequest classifying_rule",
    "classification.correction_gain": "correction_gain",
    "classification.people_note": "is_about_people",
    "classification.label_corrections": "LabelCorrections keeps_corrections",
    "classification.label_measures": "label_measures score_label",
    "classification.rubric_request": "RubricRequest scoring_rule",
    "classification.label_table": "LabelRow count_labels labels_of sort_batches",
    "classification.text_rows": "read_text_file read_texts text_columns",
    "comparison.comparison_files": "comparison_docx comparison_xlsx",
    "comparison.comparison_request": "ComparedDocument ComparisonRequest",
    "comparison.comparison_scores": "comparison_faults",
    "assistant_types": "Answer AnswerTable CellSource ChatMessage Citation Measure Measures"
    " Request RequestResult TableColumn Turn",
    "extraction.cell_scores": "cell_faults cell_measures",
    "extraction.corrections": "Corrections cell_key",
    "extraction.extraction_request": "ExtractionRequest extracting_rule",
    "extraction.table_files": "DocumentRow as_csv as_xlsx document_version rows_of with_rows",
    "models.acting_engine": "connect_agent",
    "models.model_factory": "connect",
    "older_pages": "keep_upload",
    "page_texts": "texts_in",
    "prompting.chat_messages": "citing_rule system turns user",
    "qa.condense": "condense_question",
    "qa.offline_answer": "Question",
    "reply": "Reply",
    "tables.table_answer": "TableAnswer answer_from_tables",
    "runtime_errors": "ModelProblem RuntimeProblem SettingsProblem",
    "settings": "Settings",
    "summarization.offline_summary": "SummaryRequest summarizing_rule",
    "summarization.summary_types": "Length Shape",
    "uploads.gradio_files": "guarded",
    "uploads.upload_policy": "may_upload",
    "uploads.visitor_files": "OWN VisitorFiles merge notice",
    "usage.events": "EventLog",
    "visit_results": "VisitResults",
    "visitor": "current_visitor",
    "writing.prepared_examples": "read_examples record_example",
    "writing.writing_files": "text_docx",
    "writing.form_values": "form_values",
    "writing.writing_request": "WritingRequest",
    "writing.writing_scores": "writing_faults writing_measures",
}
_HOME = {name: module for module, names in _NAMES.items() for name in names.split()}
__all__ = [
    "NO_OPTIONS",
    "OWN",
    "ActionCard",
    "ActionCards",
    "AgentRequest",
    "Analysis",
    "Answer",
    "AnswerTable",
    "BaseAssistant",
    "CellSource",
    "ChatMessage",
    "Citation",
    "ClassifyRequest",
    "ColumnNote",
    "ColumnTypes",
    "ComparedDocument",
    "ComparisonRequest",
    "Corrections",
    "DataQuestion",
    "DocumentRow",
    "EventLog",
    "ExtractionRequest",
    "Input",
    "LabelCorrections",
    "LabelRow",
    "Length",
    "Measure",
    "Measures",
    "ModelProblem",
    "Options",
    "PageCheck",
    "Question",
    "Reply",
    "Request",
    "RequestResult",
    "RubricRequest",
    "RuntimeProblem",
    "SampleRequest",
    "Settings",
    "SettingsProblem",
    "Shape",
    "SimulatedSystem",
    "SourceWithTypes",
    "SqlProblem",
    "SummaryRequest",
    "TableAnswer",
    "TableColumn",
    "Turn",
    "VisitResults",
    "VisitorFiles",
    "WritingRequest",
    "action_measures",
    "agent_texts",
    "analyze",
    "answer_from_tables",
    "as_csv",
    "as_xlsx",
    "card_faults",
    "cell_faults",
    "cell_key",
    "cell_measures",
    "citing_rule",
    "classifying_rule",
    "column_notes",
    "comparison_docx",
    "comparison_faults",
    "comparison_xlsx",
    "condense_question",
    "connect",
    "connect_agent",
    "correction_gain",
    "count_labels",
    "current_visitor",
    "document_version",
    "extracting_rule",
    "form_values",
    "guarded",
    "is_about_people",
    "keep_upload",
    "keeps_corrections",
    "label_measures",
    "labels_of",
    "may_upload",
    "merge",
    "notice",
    "read_examples",
    "read_text_file",
    "read_texts",
    "record_example",
    "rows_of",
    "run_sql",
    "score_label",
    "scoring_rule",
    "sort_batches",
    "sql_rule",
    "stand_alone",
    "summarizing_rule",
    "system",
    "table_names",
    "tables_of",
    "text_columns",
    "text_docx",
    "texts_in",
    "turns",
    "user",
    "with_rows",
    "writing_faults",
    "writing_measures",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'protokit.runtime' has no attribute {name!r}")
    return getattr(import_module(f"protokit.runtime.{_HOME[name]}"), name)
