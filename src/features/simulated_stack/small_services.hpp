// The simulated services without data of their own: realtime, edge functions, postgres-meta, Studio.
#pragma once

#include "base/clock.hpp"
#include "env_text/document.hpp"
#include "features/simulated_stack/service.hpp"
#include "features/simulated_stack/tokens.hpp"

#include <string>

namespace basekeeper::simulated_stack {

/// Looks for its tenant by the first label of the host it is called by.
class realtime_service
{
public:
    explicit realtime_service(const clock& time) : time_(time) {}

    /// `host` as the gateway calls it; empty: by the name of its tenant.
    void start(const env_text::values& in_effect, std::string_view host);
    answer respond(const call& what) const;

private:
    answer tenant_health(const call& what, std::string_view tenant) const;
    answer websocket(const call& what) const;
    answer broadcast(const call& what) const;

    const clock& time_;
    token_keys keys_;
    std::string tenant_;
    std::string called_by_;
};

/// Has one function, `hello`.
class functions_service
{
public:
    explicit functions_service(const clock& time) : time_(time) {}

    void start(const env_text::values& in_effect);
    answer respond(const call& what) const;

private:
    const clock& time_;
    env_text::values values_;
    token_keys keys_;
};

/// postgres-meta: `/health` and `/query` of a few fixed statements.
answer meta_answer(const call& what);

answer studio_answer(const call& what);

} // namespace basekeeper::simulated_stack
