//! Values of the caller's types in a call: where they are kept, what they can do, and who has them afterwards.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::generate::bindings::asked::{self, Parts};
use crate::generate::bindings::choices;
use crate::generate::bindings::conversions;
use crate::generate::bindings::forms;
use crate::generate::bindings::functions::{arg, slot_name};
use crate::generate::print::{Printer, ident};
use crate::plan::bridge::{Closure, ClosureKind, FunctionPlan, Home, Hosted, Lender, Pass, Settle, Uses};

/// The variable that holds the values with the number `at`.
pub(super) fn values(at: usize) -> Ident {
    format_ident!("nb_k{at}")
}

/// The field of an object that keeps the values of its type parameter `field`.
pub(super) fn keeper(field: usize) -> Ident {
    format_ident!("kept{field}")
}

/// Whether an argument is taken apart, or used mutably although it is given by value.
pub(super) fn takes_apart(plan: &FunctionPlan, index: usize) -> bool {
    let given = plan.hosted.iter().any(|hosted| {
        hosted.home == Home::Given(index, 0)
            || matches!(hosted.home, Home::Given(arg, _) if arg == index)
            || hosted.absorbs.iter().any(|(arg, _)| *arg == index)
    });
    given || (plan.params[index].loan && plan.params[index].pass == Pass::Give)
}

fn of_argument(plan: &FunctionPlan, (index, field): (usize, usize)) -> (Ident, Ident) {
    (arg(index, &plan.params[index]), keeper(field))
}

fn given(plan: &FunctionPlan, place: (usize, usize)) -> TokenStream {
    let (arg, keeper) = of_argument(plan, place);
    quote!(nb::Keeper::give(#arg.#keeper, &mut #arg.handle))
}

/// Statements before the call: where values are kept, and what they can do.
pub(super) fn homes(printer: Printer<'_>, plan: &FunctionPlan) -> TokenStream {
    let each = plan.hosted.iter().enumerate().map(|(at, hosted)| {
        let asked = hosted.own.as_ref().zip(stand_in(plan, at));
        let asked = asked.map(|(own, index)| asked::able(printer, own, &plan.params[index]));
        let (values, able) = (values(at), able(printer, &values(at), hosted, asked));
        let optional = optional(plan, at, hosted);
        let home = match hosted.home {
            Home::Call | Home::Guest { .. } => {
                let arg = stand_in(plan, at).map(|index| arg(index, &plan.params[index]));
                let param = hosted.param.as_deref().map_or_else(
                    || quote!(_),
                    |name| {
                        let name = ident(name);
                        quote!(#name)
                    },
                );
                arg.map_or_else(
                    || quote!(nb::Lease::<'_, #param>::new()),
                    |arg| quote!(nb::Lease::for_value(&#arg)),
                )
            }
            Home::Mut(index, field) => {
                let (arg, keeper) = of_argument(plan, (index, field));
                quote!(nb::Keeper::lend(&mut #arg.#keeper))
            }
            Home::Shared(index, field) => {
                let (arg, keeper) = of_argument(plan, (index, field));
                quote!(nb::Keeper::share(&#arg.#keeper))
            }
            Home::Given(index, field) => given(plan, (index, field)),
        };
        let absorbs = hosted.absorbs.iter().map(|place| given(plan, *place));
        quote! {
            #optional
            let mut #values = #home;
            #(#values.absorb(#absorbs);)*
            #able
        }
    });
    let deserializers = plan.params.iter().enumerate();
    let deserializers = deserializers.filter(|(_, param)| param.pass == Pass::Deserializer);
    let deserializers = deserializers.map(|(index, param)| {
        let ([lent, people, answer], arg) = (deserializer(index), arg(index, param));
        quote! {
            let mut #lent = nb::Lent::new(&PROCESS, #arg);
            let #people = #lent.is_human_readable();
            let mut #answer = |nb_r: &mut nb::Reader<'_>, nb_w: &mut nb::Writer| #lent.answer(nb_r, nb_w);
        }
    });
    quote!(#(#each)* #(#deserializers)*)
}

/// The variables of an argument that is a deserializer: itself, whether its format is for people, what answers for it.
fn deserializer(index: usize) -> [Ident; 3] {
    ["nb_d", "nb_p", "nb_f"].map(|name| format_ident!("{name}{index}"))
}

/// The slot of an argument that is a deserializer.
pub(super) fn lend_deserializer(index: usize) -> TokenStream {
    let [_, people, answer] = deserializer(index);
    quote!(nb_call.callback(&mut #answer) | nb::Slot::into_slot(#people) << 32)
}

/// The values that the guest may ask for more of.
pub(super) fn maker(plan: &FunctionPlan) -> Option<usize> {
    plan.hosted.iter().position(Hosted::makes)
}

/// What is called once is taken out when it is.
fn optional(plan: &FunctionPlan, at: usize, hosted: &Hosted) -> Option<TokenStream> {
    let once = matches!(&hosted.closure, Some(closure) if closure.kind == ClosureKind::FnOnce);
    let index = stand_in(plan, at).filter(|_| once)?;
    let arg = arg(index, &plan.params[index]);
    Some(quote!(let #arg = ::std::option::Option::Some(#arg);))
}

/// The argument for which the values with the number `at` were hosted.
fn stand_in(plan: &FunctionPlan, at: usize) -> Option<usize> {
    let mut params = plan.params.iter();
    params.position(|param| match param.pass {
        Pass::StandIn(number) => number == at,
        Pass::Chosen(choice) => asked_values(plan, choice) == Some(at),
        _ => false,
    })
}

/// The number of the hosted values that an argument of chosen type is one of where the type is the application's.
fn asked_values(plan: &FunctionPlan, choice: usize) -> Option<usize> {
    let choice = &plan.choices[choice];
    choice.asked()?;
    let param = Some(&choice.param);
    plan.hosted.iter().position(|hosted| hosted.param.as_ref() == param)
}

fn able(printer: Printer<'_>, values: &Ident, hosted: &Hosted, asked: Option<TokenStream>) -> Option<TokenStream> {
    if let Some(answer) = asked {
        return Some(quote!(#values.able(|nb_a| nb_a #answer);));
    }
    if let Some(closure) = &hosted.closure {
        if closure.scalar {
            let answer = scalar_answer(closure);
            return Some(quote!(#values #answer;));
        }
        let answer = answer(printer, closure);
        return Some(quote!(#values.able(|nb_a| nb_a #answer);));
    }
    abilities(values, &hosted.abilities)
}

/// The statement that says what values can do.
fn abilities(values: &Ident, abilities: &[&str]) -> Option<TokenStream> {
    let abilities = abilities.iter().map(|name| ident(name)).collect::<Vec<_>>();
    (!abilities.is_empty()).then(|| quote!(#values.able(|nb_a| nb_a #(.#abilities())*);))
}

/// How a closure is called for the guest.
fn answer(printer: Printer<'_>, closure: &Closure) -> TokenStream {
    let inputs: Vec<(Ident, bool)> = (0..closure.inputs.len())
        .map(|at| (format_ident!("nb_c{at}"), closure.places.contains(&at)))
        .collect();
    let Parts { reads, args, places } = asked::parts(&inputs);
    let converted = closure.output.as_ref().map(|(_, owned)| {
        let owned = conversions::owned(printer, owned, &quote!(nb_x), &quote!(&nb_x));
        quote!(let nb_x = #owned;)
    });
    let call = quote! {
        #(#reads)*
        let nb_x = nb_f(#(#args),*);
        #converted
        nb::Put::<Here>::put(nb_x, nb_w);
        #(#places)*
        ::core::result::Result::Ok(())
    };
    match closure.kind {
        ClosureKind::Fn => quote!(.own_shared(|nb_f, nb_r, nb_w| { #call })),
        ClosureKind::FnMut => quote!(.own(|nb_f, nb_r, nb_w| { #call })),
        ClosureKind::FnOnce => quote! {
            .own(|nb_f, nb_r, nb_w| {
                let mut nb_f = nb_f.take().ok_or(nb::Malformed("a closure that is called once was called again"))?;
                #call
            })
        },
    }
}

/// How a closure over scalars is called.
fn scalar_answer(closure: &Closure) -> TokenStream {
    let inputs: Vec<Ident> = (0..closure.inputs.len()).map(|at| format_ident!("nb_c{at}")).collect();
    let call = quote!(::core::result::Result::Ok(nb::Slot::into_slot(nb_f(#(nb::Slot::from_slot(#inputs)?),*))));
    match closure.kind {
        ClosureKind::Fn => quote!(.scalar_shared(|nb_f, &[#(#inputs,)* ..]| #call)),
        ClosureKind::FnMut => quote!(.scalar(|nb_f, &[#(#inputs,)* ..]| #call)),
        ClosureKind::FnOnce => quote! {
            .scalar(|nb_f, &[#(#inputs,)* ..]| {
                let mut nb_f = nb_f.take().ok_or(nb::Malformed("a closure that is called once was called again"))?;
                #call
            })
        },
    }
}

/// Statements that keep the arguments among the values, and let the guest use them all during the call.
pub(super) fn serves(printer: Printer<'_>, plan: &FunctionPlan) -> TokenStream {
    let keeps = plan.params.iter().enumerate().filter_map(|(index, param)| {
        let (slot, arg) = (slot_name(index), arg(index, param));
        let keep = |at| {
            let values = values(at);
            match plan.hosted[at].home {
                Home::Guest { .. } => quote!(nb_call.keep_for_good(&mut #values, #arg)),
                _ => quote!(nb_call.keep_value(&mut #values, #arg)),
            }
        };
        match param.pass {
            Pass::StandIn(at) => {
                let keep = keep(at);
                Some(quote!(let #slot = #keep;))
            }
            Pass::Chosen(at) => {
                let keep = keep(asked_values(plan, at)?);
                let is_asked = choices::is_asked(printer, &plan.choices[at]);
                Some(quote! {
                    let (#slot, #arg) = if #is_asked {
                        (#keep, ::std::option::Option::None)
                    } else {
                        (0, ::std::option::Option::Some(#arg))
                    };
                })
            }
            _ => None,
        }
    });
    let serves = plan.hosted.iter().enumerate().map(|(at, hosted)| {
        let values = values(at);
        let shared = match &hosted.closure {
            Some(closure) => closure.kind == ClosureKind::Fn,
            None => hosted.own.as_ref().is_some_and(|own| own.shared),
        };
        match (hosted.home, shared) {
            (Home::Guest { anywhere: true }, _) => quote!(nb_call.entrust(#values, #shared);),
            (Home::Guest { anywhere: false }, _) => quote!(nb_call.entrust_here(#values, #shared);),
            (_, true) => quote!(nb_call.serve_shared(&#values);),
            (_, false) => quote!(nb_call.serve(&mut #values);),
        }
    });
    let loans = plan.params.iter().enumerate().filter(|(_, param)| param.loan);
    let loans = loans.map(|(index, param)| {
        let arg = arg(index, param);
        quote!(nb_call.serve_loan(&mut #arg.loan);)
    });
    let maker = maker(plan).map(values);
    let maker = maker.map(|values| quote!(let nb_maker = nb_call.maker(&mut #values);));
    quote!(#(#keeps)* #maker #(#serves)* #(#loans)*)
}

/// The type that is read of an answer; left to inference where it is the result's own.
pub(super) fn read_type(printer: Printer<'_>, plan: &FunctionPlan) -> TokenStream {
    if plan.settle == Settle::Plain {
        quote!(_)
    } else {
        printer.ty(&plan.read)
    }
}

/// What is made of the answer.
pub(super) fn settle(plan: &FunctionPlan, answer: TokenStream) -> TokenStream {
    if plan.settle == Settle::Plain {
        return answer;
    }
    let settled = settled(plan, &plan.settle, quote!(nb_out), 0);
    quote!(let nb_out = #answer; #settled)
}

fn settled(plan: &FunctionPlan, settle: &Settle, value: TokenStream, depth: usize) -> TokenStream {
    let name = |at: usize| format_ident!("nb_v{depth}_{at}");
    let inner = |settle: &Settle, at: usize| {
        let name = name(at);
        settled(plan, settle, quote!(#name), depth + 1)
    };
    let v = name(0);
    match settle {
        Settle::Plain => value,
        Settle::Take(at) => {
            let values = values(*at);
            quote!(#values.take(#value, &PROCESS))
        }
        Settle::Borrow(at) => {
            let values = values(*at);
            quote!(#values.get(#value, &PROCESS))
        }
        Settle::BorrowMut(at) => {
            let values = values(*at);
            quote!(#values.get_mut(#value, &PROCESS))
        }
        Settle::Object(Uses { values: list, kinds }) => {
            let form = kinds.as_ref().map(|(at, kinds)| {
                let form = forms::form(*at);
                quote!(#v.handle.set_kind([#(#kinds),*][#form as usize]);)
            });
            let settles = list.iter().map(|(field, at)| {
                let (keeper, values) = (keeper(*field), values(*at));
                quote!(nb::Keeper::settle(&mut #v.#keeper, #values, &mut #v.handle);)
            });
            quote!({ let mut #v = #value; #form #(#settles)* #v })
        }
        Settle::Made(made) => forms::made(plan, made, &v, &value),
        Settle::Loan(lender) => {
            let loan = loan(plan, *lender);
            quote!({ let mut #v = #value; #v.loan = #loan; #v })
        }
        Settle::Same(index) => {
            let (arg, slot) = (arg(*index, &plan.params[*index]), slot_name(*index));
            quote!({ #value.check(#slot, &PROCESS); #arg })
        }
        Settle::Played(index) => {
            let arg = arg(*index, &plan.params[*index]);
            quote!(#value.play(#arg, &PROCESS))
        }
        Settle::Lent(index, settle) => {
            let ([lent, ..], inner) = (deserializer(*index), inner(settle, 0));
            quote!(#value.settle(#lent.into_kept()).map(|#v| #inner))
        }
        Settle::Fault => quote!(#value.raise()),
        Settle::Option(some) => {
            let some = inner(some, 0);
            quote!(#value.map(|#v| #some))
        }
        Settle::Result(ok, error) => {
            let (ok, raised) = (inner(ok, 0), **error == Settle::Fault);
            let error = inner(error, 0);
            let error = if raised {
                error
            } else {
                quote!(::std::result::Result::Err(#error))
            };
            quote! {
                match #value {
                    ::std::result::Result::Ok(#v) => ::std::result::Result::Ok(#ok),
                    ::std::result::Result::Err(#v) => #error,
                }
            }
        }
        Settle::Tuple(parts) => {
            let names = (0..parts.len()).map(name);
            let parts = parts.iter().enumerate().map(|(at, part)| inner(part, at));
            quote!({ let (#(#names,)*) = #value; (#(#parts,)*) })
        }
    }
}

fn loan(plan: &FunctionPlan, lender: Lender) -> TokenStream {
    match lender {
        Lender::Hosted(at) => {
            let values = values(at);
            quote!(nb::Loan::of(#values))
        }
        Lender::Argument(index) => {
            let (param, arg) = (&plan.params[index], arg(index, &plan.params[index]));
            if param.pass == Pass::Give {
                quote!(#arg.loan)
            } else {
                quote!(#arg.loan.again())
            }
        }
    }
}

/// Statements that let the guest look at the values that `self` keeps: before the call is made, and after.
pub(super) fn looked_at((field, can): &(usize, Vec<&'static str>)) -> (TokenStream, TokenStream) {
    let (values, keeper) = (values(*field), keeper(*field));
    let able = abilities(&values, can);
    (
        quote!(let mut #values = nb::Keeper::share(&self.#keeper); #able),
        quote!(nb_call.serve_shared(&#values);),
    )
}
