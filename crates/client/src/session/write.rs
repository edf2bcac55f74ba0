//! Writing: notes, articles, comments, lists, groups, and changes of them.

use pumphouse_activity::{Activity, Object};
use serde_json::Value;

use super::account::Session;
use super::act::{Act, Written, reference};
use super::content::Content;

impl Session {
    /// Writes a note. Nothing is sent before [`Act::send`].
    ///
    /// ```no_run
    /// # async fn example(session: pumphouse_client::Session) -> pumphouse_client::Result<()> {
    /// use pumphouse_client::Recipient;
    ///
    /// let posted = session
    ///     .note("Hello, world")
    ///     .title("First")
    ///     .to(Recipient::Public)
    ///     .cc(Recipient::Followers)
    ///     .send()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn note(&self, content: impl Into<Content>) -> Act<Written> {
        self.post(Object::new("note")).content(content)
    }

    /// Writes an article: a text with a title.
    pub fn article(&self, title: impl Into<String>, content: impl Into<Content>) -> Act<Written> {
        let article = self.post(Object::new("article"));
        article.title(title).content(content)
    }

    /// Writes a comment on an object, which needs a type and an id.
    pub fn comment(&self, on: &Object, content: impl Into<Content>) -> Act<Written> {
        let comment = Object {
            in_reply_to: Some(Box::new(reference(on))),
            ..Object::new("comment")
        };
        self.post(comment).content(content)
    }

    /// Posts an object of any type: a bookmark, a question, an event, a place, ….
    pub fn post(&self, object: Object) -> Act<Written> {
        Act::new(self, "posting", Activity::new("post", object))
    }

    /// Changes an object of one's own: what is set is replaced, what is not stays as it is. Lists
    /// are renamed by a new [`title`](Act::title).
    ///
    /// ```no_run
    /// # async fn example(
    /// #     session: pumphouse_client::Session,
    /// #     note: pumphouse_client::activity::Object,
    /// # ) -> pumphouse_client::Result<()> {
    /// session.update(&note).content("Hello, whole world").send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn update(&self, object: &Object) -> Act<Written> {
        let changes = Activity::new("update", reference(object));
        Act::new(self, "changing an object", changes)
    }

    /// Makes a list of people (pump.io protocol, section 6.8).
    pub fn create_list(&self, name: impl Into<String>) -> Act<Written> {
        let list = Object {
            object_types: Some(vec!["person".to_owned()]),
            ..Object::new("collection")
        };
        let list = Activity::new("create", list);
        Act::<Written>::new(self, "making a list", list).title(name)
    }

    /// Makes a group (pump.io protocol, section 7.10). Who may see and join it follows from the
    /// recipients. Its maker has to [`join`](Session::join) it like everybody else.
    pub fn create_group(&self, name: impl Into<String>) -> Act<Written> {
        let group = Activity::new("create", Object::new("group"));
        Act::<Written>::new(self, "making a group", group).title(name)
    }
}

impl Act<Written> {
    /// Changes the object that is written.
    pub(super) fn write(mut self, write: impl FnOnce(&mut Object)) -> Self {
        write(self.activity.object.get_or_insert_default());
        self
    }

    /// Sets a title or name, plain text.
    pub fn title(self, title: impl Into<String>) -> Self {
        self.write(|object| object.display_name = Some(title.into()))
    }

    /// Sets the text.
    pub fn content(self, content: impl Into<Content>) -> Self {
        self.write(|object| object.content = Some(content.into().into_html()))
    }

    /// Sets a short text; of people and groups, what they say of themselves.
    pub fn summary(self, summary: impl Into<Content>) -> Self {
        self.write(|object| object.summary = Some(summary.into().into_html()))
    }

    /// Sets where the object is, which need not be where it is posted.
    pub fn location(self, place: impl Into<Object>) -> Self {
        self.write(|object| object.location = Some(Box::new(place.into())))
    }

    /// Adds a subject or person that the object mentions.
    pub fn tag(self, tag: impl Into<Object>) -> Self {
        self.write(|object| object.tags.get_or_insert_default().push(tag.into()))
    }

    /// Adds an object that belongs to this one; it needs a type and an id.
    pub fn attachment(self, attachment: &Object) -> Self {
        self.write(|object| {
            let attachments = object.attachments.get_or_insert_default();
            attachments.push(reference(attachment));
        })
    }

    /// Sets any other property of the object, such as `license` or `targetUrl`.
    pub fn property(self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.write(|object| {
            object.extra.insert(name.into(), value.into());
        })
    }
}
