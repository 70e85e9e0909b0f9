#include "server/corpus/corpus.h"
