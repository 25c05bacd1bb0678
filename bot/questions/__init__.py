"""The log of questions that nobody could answer yet."""

from bot.questions.records import Logged, NewQuestion, Question, QuestionStatus, Saved
from bot.questions.sqlite import SqliteQuestionStore
from bot.questions.store import AlreadyTaken, QuestionStore, UnknownQuestion

__all__ = [
    "AlreadyTaken",
    "Logged",
    "NewQuestion",
    "Question",
    "QuestionStatus",
    "QuestionStore",
    "Saved",
    "SqliteQuestionStore",
    "UnknownQuestion",
]
