// SPDX-License-Identifier: Apache-2.0

// Every value of a document, listed.
#pragma once

#include <vector>

#include "include/CSimdJSON.h"
#include "walk.hpp"

namespace sluice {

/// Lists the values of `document`, which a walk has found valid, in place of what `nodes` holds.
void list(const IndexedDocument &document, std::vector<sluice_json_node> &nodes);

}  // namespace sluice
