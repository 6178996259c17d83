// What a client sends and takes: Content-Type and Accept, read leniently.
#pragma once

#include "http/exchange.hpp"

namespace basekeeper::transports {

/// The forms of an answer that a client takes.
struct accepted
{
    bool json = true;
    bool events = true;

    bool anything() const { return json || events; }
};

/// Reads `Accept` (RFC 9110 section 12.5.1; weights only matter when they are zero). Without it, or with wildcards,
/// both forms: clients in the field are careless with it.
accepted read_accept(const http::header_list& headers);

/// True when the body is declared to be JSON, whatever the parameters.
bool sends_json(const http::header_list& headers);

} // namespace basekeeper::transports
