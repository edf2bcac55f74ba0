"""A person at a browser: reads the pages of /oauth/authorize and fills in the forms that are really there."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import requests

REDIRECTS = (301, 302, 303, 307, 308)
VOID_ELEMENTS = ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr")


@dataclass
class Button:
    """A submit button; its label is everything that tells a person what it does."""

    name: str
    value: str
    label: str


@dataclass
class Form:
    """One form: where it goes, what it holds already, and its buttons."""

    action: str
    method: str
    fields: dict = field(default_factory=dict)
    buttons: list = field(default_factory=list)

    def pressed(self, label):
        """What is sent when the button with this in its label (or the only button) is pressed."""
        buttons = [button for button in self.buttons if label in button.label.lower()]
        buttons = self.buttons if len(self.buttons) == 1 else buttons
        assert len(buttons) == 1, f"one button {label!r} expected: {self}"
        return {buttons[0].name: buttons[0].value} if buttons[0].name else {}


class Page(HTMLParser):
    """The forms of a page, and the text of each element that has an id."""

    def __init__(self, html):
        super().__init__()
        self.forms = []
        self.texts = {}
        self._open_elements = []
        self._form = None
        self._button = None
        self.feed(html)

    def form_with(self, *names):
        """The one form that has all these fields."""
        found = [form for form in self.forms if set(names) <= set(form.fields)]
        assert len(found) == 1, f"one form with {names} expected: {self.forms}"
        return found[0]

    def handle_starttag(self, tag, attributes):
        attributes = {name: value or "" for name, value in attributes}
        if tag == "form":
            self._form = Form(attributes.get("action", ""), attributes.get("method", "get").lower())
            self.forms.append(self._form)
        elif tag in ("input", "button") and self._form:
            self._add_control(tag, attributes)
        if tag not in VOID_ELEMENTS:
            self._open_elements.append((tag, attributes.get("id")))
            self.texts.setdefault(attributes.get("id"), "")

    def handle_data(self, text):
        for _tag, element_id in self._open_elements:
            self.texts[element_id] += text
        if self._button:
            self._button.label += f" {text}"

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None
        elif tag == "button":
            self._button = None
        while any(tag == element for element, _id in self._open_elements):
            if self._open_elements.pop()[0] == tag:
                break

    def _add_control(self, tag, attributes):
        name, value = attributes.get("name", ""), attributes.get("value", "")
        if attributes.get("type", "submit" if tag == "button" else "text") == "submit":
            button = Button(name, value, f"{attributes.get('id', '')} {name} {value}")
            self._form.buttons.append(button)
            self._button = button if tag == "button" else None
        elif name:
            self._form.fields[name] = value


class Browser:
    """Keeps cookies, follows redirects inside the site, and stops at the first address outside it."""

    def __init__(self):
        self._session = requests.Session()
        self._session.headers["Accept"] = "text/html"

    def authorise(self, url, nickname, password):
        """Logs in at the authorisation address and agrees.

        Gives the verifier that the last page shows, or the callback address that it redirects to.
        """
        page = self._open("GET", url)
        form = Page(page.text).form_with("oauth_token", "username", "password")
        assert form.fields["oauth_token"], "the log-in form has lost the token"
        page = self._submit(page, form, "log", username=nickname, password=password)

        form = Page(page.text).form_with("oauth_token", "verifier")
        page = self._submit(page, form, "authori")
        if page.status_code in REDIRECTS:
            return page.headers["Location"]
        return Page(page.text).texts["verifier"].strip()

    def _submit(self, page, form, button, **filled_in):
        """Sends the form with all it holds to the address it names, as a browser does."""
        assert form.method == "post", form
        headers = {"Origin": "http://pump.test", "Referer": page.url}
        fields = form.fields | filled_in | form.pressed(button)
        return self._open("POST", urljoin(page.url, form.action), data=fields, headers=headers)

    def _open(self, method, url, **request):
        response = self._session.request(method, url, allow_redirects=False, **request)
        while response.status_code in REDIRECTS:
            target = urljoin(response.url, response.headers["Location"])
            if not target.startswith("http://pump.test/"):
                return response
            response = self._session.get(target, allow_redirects=False)
        assert response.status_code == 200, f"{response.status_code} {response.text}"
        return response
