from pathlib import Path

import pytest

from app.config import BadSettings, load_settings, parse_settings

from .conftest import ENV


def test_names_everything_that_is_wrong_at_once_but_no_secret():
    wrong = {"WX_AES_KEY": "short", "PORT": "x", "LOG_LEVEL": "loud", "JWT_SECRET": "hunter2"}
    with pytest.raises(BadSettings) as caught:
        parse_settings(wrong)
    said = str(caught.value)
    for name in (*wrong, "WX_TOKEN", "API_SIGN_SECRET"):
        assert name in said
    assert "hunter2" not in said


def test_the_environment_wins_over_env_local_over_env(tmp_path: Path):
    lines = [f"{name}={value}" for name, value in ENV.items()]
    (tmp_path / ".env").write_text("\n".join([*lines, "PORT=1", "HOST=a", "LOG_LEVEL=debug"]))
    (tmp_path / ".env.local").write_text("PORT='2' # comment\nexport HOST=b # comment\n# PORT=9\n\nx")
    settings = load_settings(tmp_path, {"PORT": "3"})
    assert (settings.port, settings.host, settings.log_level) == (3, "b", "debug")


def test_keeps_secrets_out_of_its_text():
    text = repr(parse_settings(ENV | {"REDIS_URL": "redis://:pa55@host/0"}))
    for secret in (ENV["WX_SECRET"], ENV["JWT_SECRET"], ENV["API_SIGN_SECRET"], "pa55"):
        assert secret not in text
