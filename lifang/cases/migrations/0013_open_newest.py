from django.db import migrations, models

import lifang.cases.terms


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0012_views_without_words"),
        ("orgs", "0004_standing_in"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(
                    (
                        "state__in",
                        (
                            lifang.cases.terms.State["AWAITING_ACCEPTANCE"],
                            lifang.cases.terms.State["AWAITING_VERIFICATION"],
                            lifang.cases.terms.State["AWAITING_DISPATCH"],
                            lifang.cases.terms.State["AWAITING_SIGNING"],
                            lifang.cases.terms.State["HANDLING"],
                            lifang.cases.terms.State["SUSPENDED"],
                            lifang.cases.terms.State["AWAITING_ARBITRATION"],
                            lifang.cases.terms.State["AWAITING_CHECK"],
                        ),
                    )
                ),
                fields=["-opened_at", "-id"],
                name="case_open",
            ),
        ),
    ]
