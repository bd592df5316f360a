"""The label files: every one loads, and what is wrong with one is said.

Not collected where the corpus is absent.
"""

import json
from pathlib import Path

import pytest
from tests.corpus import labels

FILES = labels.all_labels()

if FILES:

    @pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
    def test_labels_are_of_this_document(path: Path) -> None:
        """Vocabulary, lines and digest hold, and the file holds no sentence of the document."""
        read = labels.load(path)
        assert read.rows and read.commands
        written = path.read_text(encoding="utf-8")
        long_lines = [line.strip() for line in read.text.splitlines() if len(line.split()) >= 9]
        assert not [line for line in long_lines if line in written]

    def test_ten_documents_are_labelled() -> None:
        """Ten, all different."""
        assert len({labels.load(path).text for path in FILES}) == 10

    @pytest.mark.parametrize(
        ("change", "says"),
        [
            ({"sha256": "0" * 64}, "another version"),
            ({"rows_with_numbers": [1]}, "rows_with_numbers"),
            ({"commands": [{"line": 1, "class": "harmless"}]}, "line 1"),
            ({"quantities": [{"line": 99999, "what": "rto", "values": [1.0], "unit": "seconds"}]}, "nothing there"),
        ],
    )  # fmt: skip
    def test_a_label_file_that_is_wrong_is_refused(
        tmp_path: Path, change: dict[str, object], says: str
    ) -> None:
        """A digest, a line, a word or a denominator that does not hold is named with the file."""
        facts = json.loads(FILES[0].read_text(encoding="utf-8"))
        (tmp_path / "00.json").write_text(json.dumps(facts | change), encoding="utf-8")
        with pytest.raises(ValueError, match=rf"00\.json: .*{says}"):
            labels.load(tmp_path / "00.json")
