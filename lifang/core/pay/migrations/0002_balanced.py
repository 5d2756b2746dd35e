from django.db import migrations

from lifang.core.access.wall import Wall

# Weighed where they are written: a statement brings whole vouchers, or it is refused. `position` starts at 1 and is
# unique, so nothing is ever added to a voucher that stands. A book balances by itself: both keys carry it along.
BALANCED = """
CREATE FUNCTION pay_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM added GROUP BY voucher_id
    HAVING sum(amount) <> 0 OR min(position) <> 1 OR max(position) <> count(*) OR count(*) < 2
  ) THEN RAISE EXCEPTION 'a voucher does not balance' USING ERRCODE = 'check_violation'; END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER pay_entry_balanced AFTER INSERT ON pay_entry
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION pay_balanced();
ALTER TABLE pay_entry
  ADD CONSTRAINT pay_entry_ledger_book FOREIGN KEY (ledger_id, book_id) REFERENCES pay_ledger (id, book_id),
  ADD CONSTRAINT pay_entry_voucher_book FOREIGN KEY (voucher_id, book_id) REFERENCES pay_voucher (id, book_id);

CREATE FUNCTION pay_forbid() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the books are append-only'; END $$;
CREATE TRIGGER pay_entry_rows BEFORE UPDATE OR DELETE ON pay_entry FOR EACH ROW EXECUTE FUNCTION pay_forbid();
CREATE TRIGGER pay_entry_table BEFORE TRUNCATE ON pay_entry FOR EACH STATEMENT EXECUTE FUNCTION pay_forbid();
CREATE TRIGGER pay_voucher_rows BEFORE UPDATE OR DELETE ON pay_voucher FOR EACH ROW EXECUTE FUNCTION pay_forbid();
CREATE TRIGGER pay_voucher_table BEFORE TRUNCATE ON pay_voucher FOR EACH STATEMENT EXECUTE FUNCTION pay_forbid();
CREATE TRIGGER pay_ledger_rows BEFORE UPDATE OR DELETE ON pay_ledger FOR EACH ROW EXECUTE FUNCTION pay_forbid();
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lifang_app') THEN
    REVOKE UPDATE, DELETE, TRUNCATE ON pay_entry FROM lifang_app;
  END IF;
END $$;
"""
FREE = """
DROP TRIGGER pay_entry_balanced ON pay_entry; DROP TRIGGER pay_entry_rows ON pay_entry; DROP TRIGGER pay_entry_table ON pay_entry;
DROP TRIGGER pay_voucher_rows ON pay_voucher; DROP TRIGGER pay_voucher_table ON pay_voucher; DROP TRIGGER pay_ledger_rows ON pay_ledger;
ALTER TABLE pay_entry DROP CONSTRAINT pay_entry_ledger_book, DROP CONSTRAINT pay_entry_voucher_book;
DROP FUNCTION pay_balanced(); DROP FUNCTION pay_forbid();
"""


class Migration(migrations.Migration):
    """Every voucher balances and nothing booked is ever changed: by the database."""

    dependencies = [("pay", "0001_initial"), ("access", "0002_wall")]
    operations = [
        Wall("pay_book"),
        Wall("pay_ledger"),
        Wall("pay_voucher"),
        Wall("pay_entry", through=("voucher_id", "pay_voucher")),
        Wall("pay_payorder"),
        Wall("pay_refund"),
        Wall("pay_reconciliation"),
        migrations.RunSQL(BALANCED, FREE),
    ]
