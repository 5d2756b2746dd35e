from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2id(Argon2PasswordHasher):
    """19 MiB, two passes, one lane (OWASP); hashes made otherwise are renewed at the next sign-in."""

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1
