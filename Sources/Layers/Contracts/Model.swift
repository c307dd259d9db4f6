/// Something that answers to images and has weights.
public protocol Model: AnyObject {
    /// What the model says about a batch.
    associatedtype Answer
    /// The numbers that make it answer as it does; whoever changes them changes the next answer.
    var weights: Weights { get }
    /// - Parameter x: images `[N, H, W, 3]` in 0…1; with a tape, the answer can be walked back from.
    func callAsFunction(_ x: Activation) -> Answer
}
