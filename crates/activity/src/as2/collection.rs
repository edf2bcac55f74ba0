//! Collections and their pages (pump.io protocol, section 10.2).

use super::shapes::{Collection, Page};
use super::{Local, ToAs2};

impl<T: ToAs2> ToAs2 for crate::Collection<T> {
    type As2<'a>
        = Collection<'a, T::As2<'a>>
    where
        T: 'a;

    fn to_as2<'a>(&'a self, local: &Local<'a>) -> Self::As2<'a> {
        let items = self.items.as_deref().unwrap_or_default();
        let empty = items.is_empty() && self.total_items.unwrap_or(0) == 0;
        let page = || Page {
            type_name: "OrderedCollectionPage",
            ordered_items: items.iter().map(|item| item.to_as2(local)).collect(),
            next: self.next(),
            prev: self.prev(),
        };
        Collection {
            id: self.url.as_deref().or(self.id.as_deref()),
            type_name: "OrderedCollection",
            first: (!empty).then(page),
            total_items: self.total_items,
        }
    }
}
