import Diagnostics
import Documents

extension Recipe {
    /// The recipe as YAML, every key in the order of `RecipeKeys`: the content of `args.yaml` and of checkpoints.
    public var yaml: String {
        YAML.text(of: Node(.map(RecipeKeys.all.map { Node.Pair($0.name, $0.value(in: self)) })))
    }

    /// The recipe in a text that `yaml` made; keys it does not have keep their defaults. Throws a `Problem` that names `file`.
    public init(yaml text: String, file: String) throws { self = try RecipeReader.read(text: text, file: file) }
}
