import CHost
import Collectives
import Configuration
import Tensors

/// What this process may use of its host.
enum Machine {
    /// Compute threads: the recipe's, else the allowed cores shared among the ranks that may run on them.
    ///
    /// A launcher that bound this rank to cores of its own has divided them already.
    static func computeThreads(_ recipe: Recipe, ranks: any Communicator) -> Int {
        if recipe.threads > 0 { return recipe.threads }
        let allowed = Int(chost_allowed_cores())
        let isBound = allowed < Int(chost_host_cores())
        return isBound ? allowed : max(1, allowed / ranks.local.size)
    }

    /// Prepares threads and matrix products; once, before any computation.
    static func start(_ recipe: Recipe, ranks: any Communicator) {
        startMatrixProducts()
        Threads.count = computeThreads(recipe, ranks: ranks)
    }

    /// Bytes that this rank may give to tapes: half of its share of what is free, the rest being for everything else.
    static func tapeMemory(ranks: any Communicator) -> Int {
        let free = Int(chost_available_bytes())
        return free < 0 ? .max : free / ranks.local.size / 2
    }

    /// For commands that have the host to themselves.
    static func useAllCores() { Threads.count = Int(chost_allowed_cores()) }
}
