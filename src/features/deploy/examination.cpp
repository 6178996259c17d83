// Placeholder until the probes are wired.
#include "features/deploy/examination.hpp"
