import sys

from lifang.boot.cli import main

sys.exit(main())
