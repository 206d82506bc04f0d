//! Tells somebody something, in the words of `notifier`.

fn main() {
    println!("{}", notifier::message("you", "hello"));
}
