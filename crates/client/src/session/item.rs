//! What collections hold.

use pumphouse_activity::{Activity, Collection, Object, User};
use serde::de::DeserializeOwned;

/// What collections hold.
///
/// ```
/// use pumphouse_client::{Item, Page};
///
/// fn newest<T: Item>(page: &Page<T>) -> Option<&str> {
///     page.items().first()?.id()
/// }
/// ```
pub trait Item: DeserializeOwned + Send + 'static {
    /// The id, by which a page can begin after the item or before it.
    fn id(&self) -> Option<&str>;

    /// Takes on the type that its collection says of all items, if it says none itself. What has no
    /// types stays as it is.
    fn or_of_type(&mut self, object_type: &str) {
        let _ = object_type;
    }
}

impl Item for Activity {
    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
}

impl Item for User {
    fn id(&self) -> Option<&str> {
        self.nickname.as_deref()
    }
}

impl Item for Object {
    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    fn or_of_type(&mut self, object_type: &str) {
        self.object_type
            .get_or_insert_with(|| object_type.to_owned());
    }
}

/// Items that do not say their type are of the collection's, if it holds but one.
pub(super) fn say_types<T: Item>(collection: &mut Collection<T>) {
    let (types, items) = (&collection.object_types, &mut collection.items);
    if let (Some([object_type]), Some(items)) = (types.as_deref(), items) {
        for item in items {
            item.or_of_type(object_type);
        }
    }
}
