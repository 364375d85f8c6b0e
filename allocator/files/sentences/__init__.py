"""The engine's own sentences in Chinese: notes, effects, clashes, readings."""

from allocator.files.sentences.saying import in_chinese

__all__ = ["in_chinese"]
