"""What rooms above the store say to MongoDB in its driver's words; another driver is another file here.

See docs/decisions/0001-motor.md.
"""

from bson import Int64
from pymongo import ASCENDING, DeleteOne, InsertOne, UpdateOne
from pymongo.errors import ConfigurationError, DuplicateKeyError, OperationFailure, PyMongoError

__all__ = [
    "ASCENDING",
    "ConfigurationError",
    "DeleteOne",
    "DuplicateKeyError",
    "InsertOne",
    "Int64",
    "OperationFailure",
    "PyMongoError",
    "UpdateOne",
]
