// Templates: what a catalogue offers, what one would make of a service, and importing one.
#pragma once

#include "clients/dokploy/call.hpp"
#include "clients/dokploy/compose.hpp"
#include "clients/dokploy/create_once.hpp"

#include <optional>
#include <string>
#include <vector>

namespace basekeeper::dokploy {

struct listed_template
{
    std::string id;
    std::string name;
    std::string description;
    std::string version;
    std::vector<std::string> tags{};

    static constexpr auto fields = std::tuple{
        json::required("id", &listed_template::id),
        json::optional("name", &listed_template::name),
        json::optional("description", &listed_template::description),
        json::optional("version", &listed_template::version),
        json::optional("tags", &listed_template::tags),
    };
};

/// The host of Dokploy fetches the catalogue; empty also when it could not. `base_url` empty: the usual one.
io::task<result<std::vector<listed_template>>> list_templates(caller& on, std::string base_url, io::deadline until);

struct template_domain
{
    std::string service_name;
    std::string host;
    std::int64_t port = 0;
    std::string path;

    static constexpr auto fields = std::tuple{
        json::optional("serviceName", &template_domain::service_name),
        json::optional("host", &template_domain::host),
        json::optional("port", &template_domain::port),
        json::optional("path", &template_domain::path),
    };
};

struct template_file
{
    std::string path;
    crypto::secret<> content;

    static constexpr auto fields = std::tuple{
        json::optional("filePath", &template_file::path),
        json::optional("content", &template_file::content),
    };
};

struct template_parts
{
    std::vector<template_domain> domains{};
    std::vector<crypto::secret<>> env{}; ///< `NAME=VALUE`
    std::vector<template_file> files{};

    static constexpr auto fields = std::tuple{
        json::optional("domains", &template_parts::domains),
        json::optional("envs", &template_parts::env),
        json::optional("mounts", &template_parts::files),
    };
};

/// A template with its helpers carried out; every time with other random values.
struct processed_template
{
    crypto::secret<> compose;
    template_parts parts{};

    static constexpr auto fields = std::tuple{
        json::required("compose", &processed_template::compose),
        json::optional("template", &processed_template::parts),
    };
};

/// A compose file and a template.toml, as `import_template` and the previews take them.
struct template_source
{
    crypto::secret<> compose;
    crypto::secret<> config;
};

/// Saves nothing.
io::task<result<processed_template>>
process_template(caller& on, std::string compose_id, template_source source, io::deadline until);

/// The same for a service that is not there yet. From v0.29.6 on: `feature::template_preview`.
io::task<result<processed_template>>
preview_template(caller& on, std::string app_name, template_source source, io::deadline until);

/// Replaces compose file, env, domains and files of a service. Processes it first: Dokploy deletes the old ones before
/// it reads the new.
io::task<result<>> import_template(caller& on, std::string compose_id, template_source source, io::deadline until);

struct template_choice
{
    std::string environment_id;
    std::string id; ///< also the name of the service
    std::optional<std::string> base_url{};
    std::optional<std::string> server_id{};

    static constexpr auto fields = std::tuple{
        json::required("environmentId", &template_choice::environment_id),
        json::required("id", &template_choice::id),
        json::optional("baseUrl", &template_choice::base_url),
        json::optional("serverId", &template_choice::server_id),
    };
};

/// Makes a service of a template, with files and domains, and deploys nothing.
io::task<result<created<compose>>> create_from_template(caller& on, template_choice what, io::deadline until);

} // namespace basekeeper::dokploy
