import Layers
import Tensors

extension Detector {
    /// The convolutions that this model does to images of a size.
    ///
    /// - Parameter size: height and width of the images, multiples of the largest stride.
    public func convolutions(
        _ passes: [ConvolutionPass], size: (height: Int, width: Int)
    ) throws -> Set<ConvolutionTask> {
        // The smallest image, whose maps grow with its size; a twin, so that nothing stays prepared; and an algorithm that
        // takes weights as they are.
        let unit = strides.max() ?? 1
        let twin = try twin()
        let entries = ConvolutionChoices.$substitute.withValue(ConvolutionChoices(forced: .im2col)) {
            KernelProfile.record { _ = twin(Activation(Tensor(Shape(1, unit, unit, 3), repeating: 0))) }
        }
        return Set(
            entries.compactMap(\.call.convolution).flatMap { task in
                passes.map {
                    ConvolutionTask(
                        $0, task.geometry, height: task.height * size.height / unit,
                        width: task.width * size.width / unit)
                }
            })
    }
}
