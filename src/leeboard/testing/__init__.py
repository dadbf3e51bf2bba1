"""What the tests of those who use Leeboard need; nothing else here may import it."""

from leeboard_logger.testing import FakeLogger, Feedback, Prediction

__all__ = ["FakeLogger", "Feedback", "Prediction"]
