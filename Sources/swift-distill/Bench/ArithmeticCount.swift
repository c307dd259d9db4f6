import Models
import Tensors

extension Detector {
    /// Multiplications and additions in the convolutions of one forward pass over one square image.
    ///
    /// - Parameter size: side of the image, a multiple of the largest stride.
    func operations(size: Int) throws -> Double {
        try convolutionCalls(size: (size, size)).reduce(0) { sum, task in
            let result = task.geometry.output(for: Shape(1, task.height, task.width, task.geometry.inputs))
            return sum + 2 * Double(task.geometry.weightCount * result.pixels)
        }
    }
}
