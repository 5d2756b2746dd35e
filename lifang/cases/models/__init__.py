from lifang.cases.models.case import CELL_METRES, Case
from lifang.cases.models.cause import Cause
from lifang.cases.models.delay import Delay
from lifang.cases.models.fit import Fit
from lifang.cases.models.handling import Handling
from lifang.cases.models.joint import Joint, JointPart
from lifang.cases.models.lexicon import Lexicon
from lifang.cases.models.reporter import Reporter
from lifang.cases.models.revision import Revision
from lifang.cases.models.rollup import Counted, Rollup
from lifang.cases.models.sample import Recheck, Sample
from lifang.cases.models.tally import Tally
from lifang.cases.models.verdict import CallBack, Check, Pressing
from lifang.cases.models.view import SavedView

__all__ = [
    "CELL_METRES", "CallBack", "Case", "Cause", "Check", "Counted", "Delay", "Fit", "Handling", "Joint", "JointPart", "Lexicon", "Pressing", "Recheck", "Reporter",
    "Revision", "Rollup", "Sample", "SavedView", "Tally",
]  # fmt: skip
