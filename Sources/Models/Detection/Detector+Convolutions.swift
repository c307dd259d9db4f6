import Layers
import Tensors

extension Detector {
    /// The convolutions that this model does to images of a size.
    ///
    /// - Parameter size: height and width of the images, multiples of the largest stride.
    public func convolutions(_ passes: [ConvolutionPass], size: (height: Int, width: Int)) -> [ConvolutionTask] {
        let probe = Tensor(Shape(1, size.height, size.width, 3), repeating: 0)
        let entries = KernelProfile.record { _ = self(Activation(probe)) }
        return entries.flatMap { entry -> [ConvolutionTask] in
            guard let task = entry.call.convolution else { return [] }
            return passes.map { ConvolutionTask($0, task.geometry, height: task.height, width: task.width) }
        }
    }
}
