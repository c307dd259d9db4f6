import Layers
import Tensors

extension Detector {
    /// The convolutions that this model does to images of a size, each kind once.
    ///
    /// - Parameter size: height and width of the images, multiples of `sideMultiple`.
    /// - Throws: as building the model does.
    public func convolutions(
        _ passes: [ConvolutionPass], size: (height: Int, width: Int)
    ) throws -> Set<ConvolutionTask> {
        let all = try convolutionCalls(size: size)
        return Set(
            passes.flatMap { pass in
                all.map { ConvolutionTask(pass, $0.geometry, height: $0.height, width: $0.width) }
            })
    }

    /// The convolutions of one pass over one image of a size, as often as they are done.
    ///
    /// - Parameter size: height and width of the image, multiples of `sideMultiple`.
    /// - Throws: as building the model does.
    public func convolutionCalls(size: (height: Int, width: Int)) throws -> [ConvolutionTask] {
        // The smallest image, whose maps grow with its size; a twin, so that nothing stays prepared; and an algorithm that
        // takes weights as they are.
        let unit = largestStride
        let twin = try twin()
        let entries = ConvolutionChoices.$substitute.withValue(ConvolutionChoices(forced: .im2col)) {
            KernelProfile.record { _ = twin(Activation(Tensor(Shape(1, unit, unit, 3), repeating: 0))) }
        }
        return entries.flatMap { entry in
            guard let task = entry.call.convolution else { return [ConvolutionTask]() }
            let own = ConvolutionTask(
                .inference, task.geometry, height: task.height * size.height / unit,
                width: task.width * size.width / unit)
            return Array(repeating: own, count: entry.count)
        }
    }
}
