"""Logs as JSON without personal data."""

import logging
import re
import sys
from typing import Any, TextIO

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from typing_extensions import override


class _Frames(ExceptionDictTransformer):
    """What failed and where. Messages and local variables are left out: they may hold what people wrote."""

    @override
    def __call__(self, exc_info: structlog.typing.ExcInfo) -> list[dict[str, Any]]:
        stacks = super().__call__(exc_info)
        return [{"type": stack["exc_type"], "frames": [_frame(f) for f in stack["frames"]]} for stack in stacks]


def _frame(frame: dict[str, Any]) -> str:
    return f"{frame['filename']}:{frame['lineno']} {frame['name']}"


class _Messageless(logging.Filter):
    """uvicorn tells as text what starting or stopping failed with, message and all: only where stays."""

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if text.startswith("Traceback"):
            frames = re.findall(r'^  File "(.+)", line (\d+), in (\S+)$', text, re.MULTILINE)
            record.msg, record.args = "failed", ()
            record.frames = [f"{file}:{line} {name}" for file, line, name in frames]
        return True


def configure_logs(level: str, stream: TextIO = sys.stderr) -> None:
    """JSON lines, one an occurrence, for our own code and for the libraries."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(_Frames(show_locals=False)),
    ]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder({"frames"})],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("uvicorn.error").addFilter(_Messageless())
    for noisy in ("aiokafka", "faststream", "httpcore", "httpx", "pymongo", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
