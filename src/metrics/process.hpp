// What the kernel knows of this process: memory, descriptors, processor time.
#pragma once

#include "metrics/samples.hpp"

namespace basekeeper::metrics {

/// Adds the `process_*` metrics under the names that Prometheus clients share. Reads /proc; what cannot be read is left
/// out. Takes some tens of microseconds.
void sample_process(samples& into);

} // namespace basekeeper::metrics
