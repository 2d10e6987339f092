"""What a call of a graph asks, so that a changed call finds the run of the one before.

Pure. A node that is run again after a deploy may ask the same with other settings: the
run that was begun for it is found by the question, which leaves out what an answer may
differ in, and by how many calls of the run of the node asked the same before.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What one call of a run of a node asks, and as which of its calls.

    Attributes:
        run: The run of the node; the same for all of its calls.
        digest: Names what is asked: target, message list, system instruction, tools,
            tool choice, response format, agent config, environment and named parent,
            without titles and descriptions in schemas.
        number: How many calls of this run asked the same before.
        list_digest: Names the message list and nothing else.
        list_number: How many calls of this run had the same list before.
        fixed: Names what is neither part of the question nor may differ.
        marks: A short hash of each part of the call, by its name.
        resumes: Whether the run goes on after an interrupt of its node.
    """

    run: str
    digest: bytes
    number: int
    list_digest: bytes
    list_number: int
    fixed: bytes
    marks: Mapping[str, str] = field(default_factory=dict[str, str])
    resumes: bool = field(default=False, compare=False)

    def is_asked_by(self, other: "Question") -> bool:
        """Tell whether another run of the node asks this again, perhaps changed."""
        asked = (self.digest, self.number)
        return self.run != other.run and asked == (other.digest, other.number)

    def may_answer(self, other: "Question") -> bool:
        """Tell whether an answer to this is one to the other."""
        return (self.digest, self.fixed) == (other.digest, other.fixed)

    def changed(self, other: "Question") -> tuple[str, ...]:
        """Name the parts that differ."""
        names = {*self.marks, *other.marks}
        differing = {n for n in names if self.marks.get(n) != other.marks.get(n)}
        # Where a schema says something else, its words are not the news.
        differing -= {words_of(name) for name in differing}
        return tuple(sorted(differing))


def words_of(name: str) -> str:
    """Name the titles and descriptions in a part of a call."""
    return f"titles and descriptions in {name}"
