// The template of Supabase: read from the catalogue of a Dokploy, and filled in.
#pragma once

#include "features/deploy/servers.hpp"
#include "stack/blueprint.hpp"

#include <string>

namespace basekeeper::deploy {

struct filled_template
{
    std::string compose; ///< the file as it stands in the catalogue
    stack::filled_blueprint filled;
    std::string note; ///< what the person has to know of how it was filled in; mostly empty
};

/// Fills it in here, with good random values. A template that only Dokploy itself can read is filled in by it, without
/// anything being saved there (v0.29.6 or later). Fails with the URL that was asked, for what is no template too.
io::task<result<filled_template>>
read_template(http::client& web, server& on, stack::surroundings here, io::deadline until);

} // namespace basekeeper::deploy
