// What a deployment of Dokploy deletes: it makes the folder `code/` anew, and keeps `files/` beside it.
#pragma once

#include "stack/blueprint.hpp"
#include "stack/compose_file.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::stack {

enum class wiped_kind
{
    given_file, ///< a file or folder that Dokploy writes below `files/`, mounted from the wrong place
    lone_file,  ///< a file that nobody writes: Docker makes a folder of it
    data        ///< a folder that a service writes to: it is lost with every deployment
};

struct wiped_file
{
    std::string service;
    std::string path; ///< below `code/`, begins with /
    wiped_kind kind = wiped_kind::data;
};

/// What services mount from `./`, in the order of the file.
std::vector<wiped_file> wiped_files(const compose_file& compose, const std::vector<file_mount>& mounts);

/// Only what would be lost.
std::vector<wiped_file> wiped_data(const compose_file& compose, const std::vector<file_mount>& mounts);

/// How a person saves it on the server; `app_name` as Dokploy shows it.
std::string rescue_of(const std::vector<wiped_file>& data, std::string_view app_name);

} // namespace basekeeper::stack
