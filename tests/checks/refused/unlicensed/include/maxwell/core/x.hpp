#include <maxwell/abi/bid.h>
