import Diagnostics
import Documents

/// A key of a recipe.
public typealias RecipeKey = SettingKey<Recipe>

/// What keys set: a value whose fresh form holds the defaults.
public protocol Settings: Sendable {
    /// The defaults.
    init()
}

extension Recipe: Settings {}

/// A key of a recipe or of a command: its names, what it may hold and where it lives in `Owner`.
public struct SettingKey<Owner: Settings>: Sendable {
    /// The name in files and on the command line.
    public let name: String
    /// Other names for it in this field.
    public let aliases: [String]
    /// What it may hold, in words.
    public let allowed: String
    /// One line on what it does.
    public let help: String
    /// The kind of path it names, if any.
    let path: PathRole?
    /// Whether a word of the command line is taken as text.
    let isText: Bool
    /// Whether the bare name on the command line means `true`.
    let isFlag: Bool
    private let setter: @Sendable (Node, inout Owner) throws -> Void
    private let getter: @Sendable (Owner) -> Node
    private let copier: @Sendable (Owner, inout Owner) -> Void

    init<Value>(
        _ name: String, _ place: WritableKeyPath<Owner, Value> & Sendable, _ form: Form<Value>,
        aliases: [String] = [], path: PathRole? = nil, _ help: String
    ) {
        self.name = name
        self.aliases = aliases
        self.allowed = form.allowed + (form.mayBeEmpty ? ", or empty" : "")
        self.help = help
        self.path = path
        isText = form.isText
        isFlag = Value.self == Bool.self || Value.self == Resume.self
        getter = { form.write($0[keyPath: place]) }
        copier = { $1[keyPath: place] = $0[keyPath: place] }
        setter = { node, recipe in
            let isEmpty = node.isNull || node.text?.isEmpty == true
            if let value = isEmpty ? nil : form.read(node) {
                recipe[keyPath: place] = value
            } else if form.mayBeEmpty, isEmpty || node.string == "None" {
                recipe[keyPath: place] = Owner()[keyPath: place]
            } else {
                let standard = YAML.text(of: form.write(Owner()[keyPath: place])).dropLast()
                throw node.problem(
                    "`\(name)` must be \(form.allowed), found \(node.found)",
                    remedy: form.remedy(node) ?? "Correct the value, or remove the key for the default, \(standard)")
            }
        }
    }

    /// Sets the value; throws a `Problem` at the node's place when it is not allowed.
    public func set(_ node: Node, in recipe: inout Owner) throws { try setter(node, &recipe) }

    /// The value as a node that `set` reads back as the same value.
    public func value(in recipe: Owner) -> Node { getter(recipe) }

    /// Takes the value of another recipe.
    public func copy(from source: Owner, to target: inout Owner) { copier(source, &target) }

    /// The value in one line, as in a file.
    func text(in recipe: Owner) -> String { String(YAML.text(of: value(in: recipe)).dropLast()) }
}

/// What a path in a recipe names, which decides how a relative one is completed.
enum PathRole: Sendable {
    /// A file or folder.
    case file
    /// A file, or the name of a model.
    case model
}
