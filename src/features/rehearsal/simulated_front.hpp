// Simulated Supabase behind the simulated proxy: one gateway for each stack, kept in step with its containers.
#pragma once

#include "base/clock.hpp"
#include "features/rehearsal/stack_front.hpp"

namespace basekeeper::rehearsal {

/// The clock is that of the clients, whose tokens are judged by it; it must outlive the result.
stack_front simulated_front(const clock& time);

} // namespace basekeeper::rehearsal
