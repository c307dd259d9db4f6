import Configuration

/// What `bench` measures.
struct BenchOptions {
    var student: String
    var teacher: String
    /// Side of the images, a multiple of 32.
    var size: Int
    /// Images per rank and step.
    var batch: Int
    /// Steps that are timed, after one that is not.
    var steps: Int
    /// Compute threads per rank, 0 for those a run would choose.
    var threads: Int
    /// As the recipe's key.
    var checkpointsActivations: Bool
    /// Whether to measure the kernels that memory limits.
    var measuresKernels: Bool
    /// Steps that are profiled after all others.
    var profiledSteps: Int
    /// Numbers that gradients are summed in.
    var compression = GradientCompression.none
    /// As the recipe's key.
    var convolutions = Recipe().convolutions

    /// The recipe of such a step.
    var recipe: Recipe {
        var recipe = Recipe()
        recipe.threads = threads
        recipe.imgsz = [size]
        recipe.batch = batch
        recipe.checkpointActivations = checkpointsActivations
        recipe.gradientCompression = compression
        recipe.convolutions = convolutions
        return recipe
    }
}
