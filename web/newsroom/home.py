"""The newsroom's first page: what there is to work with."""

from flask import Blueprint, render_template

from web.newsroom.permissions import Role, requires

newsroom = Blueprint("newsroom", __name__, url_prefix="/newsroom")


@newsroom.get("/")
@requires(Role.JOURNALIST)
def home() -> str:
    """List the tools."""
    return render_template("newsroom/home.html")
