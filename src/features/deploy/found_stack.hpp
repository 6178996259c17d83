// A stack that was looked up: where it is and what Dokploy holds of it; included by the sources of `engine` only.
#pragma once

#include "features/deploy/engine.hpp"

namespace basekeeper::deploy {

struct engine::found
{
    server* on = nullptr;
    dokploy::compose row;
    setup now;
};

} // namespace basekeeper::deploy
