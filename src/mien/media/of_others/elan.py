"""ELAN's annotation format (EAF 3.0): a tier a person, an annotation a bout."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import PurePath
from xml.etree import ElementTree

from mien.media.of_others.bouts_sink import BoutsSink, called
from mien.media.summary.summary import VideoSummary

_SCHEMA = "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"
_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"


class ElanSink(BoutsSink):
    """Writes ``.eaf``. The video is named beside the file, so that ELAN finds it there."""

    def _written(self, summary: VideoSummary) -> str:
        ElementTree.register_namespace("xsi", _INSTANCE)
        root = ElementTree.Element(
            "ANNOTATION_DOCUMENT",
            {
                "AUTHOR": "Mien",
                "DATE": datetime.now(UTC).isoformat(timespec="seconds"),
                "FORMAT": "3.0",
                "VERSION": "3.0",
                f"{{{_INSTANCE}}}noNamespaceSchemaLocation": _SCHEMA,
            },
        )
        header = ElementTree.SubElement(
            root, "HEADER", {"MEDIA_FILE": "", "TIME_UNITS": "milliseconds"}
        )
        if summary.path:
            name = PurePath(summary.path).name
            ElementTree.SubElement(
                header,
                "MEDIA_DESCRIPTOR",
                {
                    "MEDIA_URL": f"./{name}",
                    "RELATIVE_MEDIA_URL": f"./{name}",
                    "MIME_TYPE": "video/mp4" if name.lower().endswith(".mp4") else "video/*",
                },
            )
        order = ElementTree.SubElement(root, "TIME_ORDER")
        slots = annotations = 0
        for person in summary.people:
            tier = ElementTree.SubElement(
                root,
                "TIER",
                {"LINGUISTIC_TYPE_REF": "expression", "TIER_ID": called(person.id)},
            )
            for bout in person.bouts:
                ends = []
                for time in (bout.start, bout.end):
                    slots += 1
                    ends.append(f"ts{slots}")
                    at = {"TIME_SLOT_ID": ends[-1], "TIME_VALUE": str(round(1000 * time))}
                    ElementTree.SubElement(order, "TIME_SLOT", at)
                annotations += 1
                outer = ElementTree.SubElement(tier, "ANNOTATION")
                inner = ElementTree.SubElement(
                    outer,
                    "ALIGNABLE_ANNOTATION",
                    {
                        "ANNOTATION_ID": f"a{annotations}",
                        "TIME_SLOT_REF1": ends[0],
                        "TIME_SLOT_REF2": ends[1],
                    },
                )
                ElementTree.SubElement(inner, "ANNOTATION_VALUE").text = bout.label
        ElementTree.SubElement(
            root,
            "LINGUISTIC_TYPE",
            {
                "GRAPHIC_REFERENCES": "false",
                "LINGUISTIC_TYPE_ID": "expression",
                "TIME_ALIGNABLE": "true",
            },
        )
        ElementTree.indent(root)
        text = ElementTree.tostring(root, encoding="unicode")
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'
