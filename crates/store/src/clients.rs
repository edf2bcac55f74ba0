//! Registered applications (pump.io protocol, section 2).

use crate::sql::{Result, params};
use crate::versions::Thing;
use crate::{Micros, ObjectKey, Snapshot, Transaction};

/// A registered application.
#[derive(Clone)]
pub struct Client {
    /// Its name within the store.
    pub key: i64,
    /// Its id on the wire, the consumer key.
    pub id: String,
    /// Its secret on the wire.
    pub secret: String,
    /// The application that appears as generator of what it does.
    pub generator: ObjectKey,
    /// The id of the remote host or person that it speaks for.
    pub principal: Option<String>,
    /// What it said of itself.
    pub fields: ClientFields,
}

/// What an application says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientFields {
    /// `web` or `native`.
    pub application_type: Option<String>,
    /// For people.
    pub application_name: Option<String>,
    /// A picture.
    pub logo_url: Option<String>,
    /// E-mail addresses, separated by spaces.
    pub contacts: String,
    /// Where its log-ins come back to, separated by spaces.
    pub redirect_uris: String,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("id", &self.id)
            .field("secret", &"[redacted]")
            .field("fields", &self.fields)
            .finish_non_exhaustive()
    }
}

impl Snapshot<'_> {
    /// The application with this id.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn client(&self, id: &str) -> Result<Option<Client>> {
        self.reads(Thing::Client(id));
        self.named().first(
            "SELECT key, id, secret, generator, application_type, application_name, logo_url, contacts, redirect_uris,
                 principal
             FROM clients WHERE id = ?1",
            params![id],
            |row| {
                Ok(Client {
                    key: row.get(0)?,
                    id: row.get(1)?,
                    secret: row.get(2)?,
                    generator: row.get(3)?,
                    principal: row.get(9)?,
                    fields: ClientFields {
                        application_type: row.get(4)?,
                        application_name: row.get(5)?,
                        logo_url: row.get(6)?,
                        contacts: row.get(7)?,
                        redirect_uris: row.get(8)?,
                    },
                })
            },
        )
    }
}

impl Transaction<'_> {
    /// Registers an application.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`].
    pub fn insert_client(
        &self,
        id: &str,
        secret: &str,
        generator: ObjectKey,
        fields: &ClientFields,
        now: Micros,
    ) -> Result<i64> {
        self.changes_thing(Thing::Client(id));
        self.insert_named(
            "INSERT INTO clients (id, secret, generator, application_type, application_name, logo_url, contacts,
                 redirect_uris, created, updated)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)",
            params![
                id,
                secret,
                generator,
                fields.application_type,
                fields.application_name,
                fields.logo_url,
                fields.contacts,
                fields.redirect_uris,
                now
            ],
        )
    }

    /// Sets an application's secret.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`].
    pub fn set_client_secret(&self, key: i64, secret: &str) -> Result<()> {
        self.execute(
            "UPDATE clients SET secret = ?2 WHERE key = ?1",
            params![key, secret],
        )?;
        Ok(())
    }

    /// Records whom an application speaks for: the id of a remote host or person.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`].
    pub fn set_client_principal(&self, key: i64, principal: &str) -> Result<()> {
        self.execute(
            "UPDATE clients SET principal = ?2 WHERE key = ?1",
            params![key, principal],
        )?;
        Ok(())
    }

    /// Changes what an application says of itself.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`].
    pub fn update_client(&self, key: i64, fields: &ClientFields, now: Micros) -> Result<()> {
        self.execute(
            "UPDATE clients SET application_type = ?2, application_name = ?3, logo_url = ?4, contacts = ?5,
                 redirect_uris = ?6, updated = ?7
             WHERE key = ?1",
            params![
                key,
                fields.application_type,
                fields.application_name,
                fields.logo_url,
                fields.contacts,
                fields.redirect_uris,
                now
            ],
        )?;
        Ok(())
    }
}
