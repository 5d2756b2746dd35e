"""`Config` in Django's names. No per-environment twins: what differs is in `Config`."""

import os

from lifang.boot.databases import database_settings
from lifang.boot.engines.postgres import APP
from lifang.boot.secrets import secret
from lifang.core.config import ROOT, config
from lifang.core.site import site

CONFIG = config()
SITE = site()

DEBUG = CONFIG.debug
SECRET_KEY = secret("django")
ALLOWED_HOSTS = [*CONFIG.allowed_hosts, "localhost", "127.0.0.1", "[::1]", "testserver"]
CSRF_TRUSTED_ORIGINS = [CONFIG.origin]
ROOT_URLCONF = "lifang.boot.urls"
WSGI_APPLICATION = "lifang.boot.wsgi.application"
AUTH_USER_MODEL = "accounts.Account"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "template_partials",
    "procrastinate.contrib.django",
    "lifang.core.catalogue",
    "lifang.core.accounts",
    "lifang.core.access",
    "lifang.core.events",
    "lifang.core.audit",
    "lifang.core.relay",
    "lifang.core.calendar",
    "lifang.core.flow",
    "lifang.core.notify",
    "lifang.core.files",
    "lifang.core.forms",
    "lifang.core.sheets",
    "lifang.core.scan",
    "lifang.core.i18n",
    "lifang.core.jobs",
    "lifang.core.retention",
    "lifang.core.api",
    "lifang.core.web",
    "lifang.core.offline",
    "lifang.core.pay",
    "lifang.orgs",
    "lifang.registry",
    "lifang.sensing",
    "lifang.affairs",
    "lifang.living",
    "lifang.cases",
    "lifang.exchange",
    "lifang.demo",
    "lifang.boot",
]

MIDDLEWARE = [
    "lifang.core.web.middleware.security_middleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "lifang.core.web.middleware.language_middleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "lifang.core.accounts.middleware.actor_middleware",
    "lifang.core.web.refusal.refusal_middleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "lifang.core.web.context.page",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "template_partials.templatetags.partials",
                "lifang.core.web.templatetags.kit",
                "lifang.core.i18n.templatetags.words",
            ],
        },
    }
]

# The owner is for `lifang migrate` alone; the `lifang` command sets the variable.
DATABASES = {"default": database_settings(CONFIG, os.environ.get("LIFANG_ROLE", APP))}
LIFANG_NATS_URL = CONFIG.nats_url
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
# A worker tells that it lives every 2 s; after 8 s of silence any other goes on with its job, and asks for such every 2 s.
PROCRASTINATE_WORKER_DEFAULTS = {
    "update_heartbeat_interval": 2.0,
    "stalled_worker_timeout": 8.0,
    "fetch_job_polling_interval": 2.0,
}

PASSWORD_HASHERS = ["lifang.core.accounts.hashers.Argon2id"]
AUTHENTICATION_BACKENDS = ["lifang.core.accounts.backend.Backend"]
# A login is unique among open accounts (a constraint); a closed account keeps its name and its history.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
SESSION_ENGINE = "lifang.core.accounts.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = CONFIG.origin.startswith("https:")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if CONFIG.trusted_proxy else None
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_FAILURE_VIEW = "lifang.core.web.errors.csrf_failure"
LOGIN_URL = "accounts:sign-in"

LANGUAGE_CODE = SITE.language
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [ROOT / "lifang/core/locale", *sorted((ROOT / "lifang/core").glob("*/locale"))]
USE_I18N = True
USE_TZ = True
TIME_ZONE = SITE.timezone

STATIC_URL = "/static/"
STATIC_ROOT = CONFIG.home / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"err": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["err"], "level": "INFO"},
    "loggers": {
        "procrastinate": {"level": "WARNING"}
    },  # else every command lists every periodic job
}
