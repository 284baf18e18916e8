"""
Answers that are not sent again: an ETag that is known before anything is searched, so a 304 costs next to nothing.

The tag names what an answer depends on: the archive's state (commit, dictionaries, embargoes, hour), the address with
its parameters, and what a view adds. It is given to answers of status 200 only, and only if the state stayed the same
meanwhile.
"""

from collections.abc import Callable, Hashable
from functools import cache, wraps
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from typing import ParamSpec

from flask import Response, make_response, request
from flask.typing import ResponseReturnValue

from search import Audience
from web.archive import current_archive, current_audience

_P = ParamSpec("_P")
View = Callable[_P, ResponseReturnValue]


def conditional(depends_on: Callable[[], Hashable] = lambda: None, *, vary: str = "") -> Callable[[View[_P]], View[_P]]:
    """
    Let a view answer 304 to whoever has its answer already.

    ``depends_on`` tells what else than the address decides the answer, such as the language of the interface, and
    ``vary`` the header that it comes from.
    """

    def decorate(view: View[_P]) -> View[_P]:
        @wraps(view)
        def answer(*arguments: _P.args, **named: _P.kwargs) -> Response:
            if request.method not in ("GET", "HEAD") or current_audience() is not Audience.READERS:
                # What the newsroom sees is kept nowhere (web/newsroom), and never compared with what readers see
                return make_response(view(*arguments, **named))
            tag = _tag(depends_on())
            known = _is_known(tag)
            response = Response(status=304) if known else make_response(view(*arguments, **named))
            if known or (response.status_code == 200 and _tag(depends_on()) == tag):
                response.set_etag(tag)
            response.headers["Cache-Control"] = "no-cache"  # keep it, but ask: an article may be withdrawn any moment
            if vary:
                response.vary.add(vary)
            return response

        return answer

    return decorate


def _tag(depends_on: Hashable) -> str:
    parameters = sorted(request.args.items(multi=True), key=lambda pair: pair[0])  # values of one name keep their order
    return answer_name(current_archive().state(), (parameters, depends_on))


def answer_name(state: str, depends_on: object) -> str:
    """Return a name of the answer to this address in a state of the archive, and whatever else it depends on."""
    parts = (_program(), state, request.base_url, depends_on)
    return blake2b(repr(parts).encode(errors="surrogatepass"), digest_size=12).hexdigest()


def _is_known(tag: str) -> bool:
    """Return whether the client has the answer, perhaps compressed: compression adds its name after a colon."""
    given = request.if_none_match.as_set(include_weak=True)
    return any(each.partition(":")[0] == tag for each in given if each)  # a list of nothing holds None


@cache
def _program() -> str:
    try:
        return version("visti")
    except PackageNotFoundError:  # run from its folder, not installed
        return ""
