//! From settings to a server.

use std::time::Duration;

use pumphouse_server::{Builder, Server};

use super::Settings;
use super::values::Bounce;
use crate::error::Error;

impl Settings {
    /// A server with these settings, not started.
    ///
    /// # Errors
    /// If there is no place for the data.
    pub(crate) fn server(&self) -> Result<Builder, Error> {
        let builder = Server::builder(self.data_dir()?)
            .listen(self.listen(self.port))
            .hostname(&self.hostname)
            .site(&self.site)
            .owner(self.owner.clone(), self.owner_url.clone())
            .redirect_to_canonical(
                self.redirect_to_canonical,
                self.redirect_address_to_canonical,
            )
            .trusted_proxies(self.trusted_proxy.iter().copied())
            .upload_limit(self.upload_limit)
            .limits_per_address(self.requests_per_second, self.connections_per_address)
            .compress(self.compress);
        Ok(self.tls(self.site_look(self.doors(builder))))
    }

    /// The address and port to listen on.
    pub(crate) fn listen(&self, port: u16) -> String {
        let address = self.address.as_ref().unwrap_or(&self.hostname);
        if address.contains(':') && !address.starts_with('[') {
            return format!("[{address}]:{port}");
        }
        format!("{address}:{port}")
    }

    fn doors(&self, mut builder: Builder) -> Builder {
        if let Some(port) = self.url_port {
            builder = builder.public_port(port);
        }
        if let Some(path) = &self.url_path {
            builder = builder.url_path(path);
        }
        if let Some(address) = &self.metrics {
            builder = builder.metrics(address);
        }
        builder
    }

    fn site_look(&self, mut builder: Builder) -> Builder {
        if let Some(url) = &self.main_image {
            builder = builder.main_image(url);
        }
        if let Some(html) = &self.append_footer {
            builder = builder.footer(html);
        }
        if let Some(file) = &self.favicon {
            builder = builder.favicon(file);
        }
        builder
    }

    fn tls(&self, mut builder: Builder) -> Builder {
        if let (Some(certificate), Some(key)) = (&self.tls_cert, &self.tls_key) {
            builder = builder.tls(certificate, key);
        }
        match &self.bounce {
            Bounce::Port80(false) => {}
            Bounce::Port80(true) => builder = builder.bounce(self.listen(80)),
            Bounce::At(address) => builder = builder.bounce(address),
        }
        if let Some(hsts) = &self.hsts {
            let age = Duration::from_secs(hsts.max_age);
            builder = builder.transport_security(age, hsts.include_sub_domains, hsts.preload);
        }
        builder
    }
}
