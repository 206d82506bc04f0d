//! What objects keep values in.

use super::{Kept, Lease, Own};
use crate::host::call::Call;
use crate::host::handle::Handle;

/// What objects keep values in; generated code treats all of it alike.
pub trait Keeper<'k, T: 'k>: Sized {
    /// No values.
    const EMPTY: Self;

    /// The values, for a call that has the object mutably.
    fn lend(&mut self) -> Lease<'_, T>;

    /// The values, for a call that looks at the object.
    fn share(&self) -> Lease<'_, T>;

    /// The values of an object that is given away.
    fn give(self, handle: &mut Handle) -> Lease<'k, T>;

    /// Takes the values that a new object uses.
    fn settle(&mut self, values: Lease<'k, T>, handle: &mut Handle);
}

impl<'k, T: 'k> Keeper<'k, T> for Kept<T> {
    const EMPTY: Self = Kept::new();

    fn lend(&mut self) -> Lease<'_, T> {
        Lease::Mut(self)
    }

    fn share(&self) -> Lease<'_, T> {
        Lease::Ref(self, self.abilities)
    }

    fn give(self, _handle: &mut Handle) -> Lease<'k, T> {
        Lease::Own(Own::of(self))
    }

    fn settle(&mut self, values: Lease<'k, T>, _handle: &mut Handle) {
        *self = values.into_kept();
    }
}

impl<'k, T: 'k> Keeper<'k, T> for Lease<'k, T> {
    const EMPTY: Self = Lease::new();

    fn lend(&mut self) -> Lease<'_, T> {
        match self {
            Lease::Own(own) => Lease::Mut(own.settled()),
            Lease::Mut(kept) => Lease::Mut(kept),
            Lease::Ref(kept, abilities) => Lease::Ref(kept, *abilities),
        }
    }

    fn share(&self) -> Lease<'_, T> {
        match self {
            Lease::Own(own) => own.rest().share(),
            Lease::Mut(kept) => kept.share(),
            Lease::Ref(kept, abilities) => Lease::Ref(kept, *abilities),
        }
    }

    fn give(self, _handle: &mut Handle) -> Lease<'k, T> {
        self
    }

    fn settle(&mut self, values: Lease<'k, T>, _handle: &mut Handle) {
        *self = values;
        if let Lease::Own(own) = self {
            own.settled();
        }
    }
}

/// The values of an object whose destructor asks them: a writer that is flushed. Drops the object while it serves.
#[derive(Debug)]
pub struct Tended<T> {
    kept: Kept<T>,
    /// The object, which its handle only refers to.
    object: Option<Handle>,
}

impl<'k, T: 'k> Keeper<'k, T> for Tended<T> {
    const EMPTY: Self = Tended {
        kept: Kept::new(),
        object: None,
    };

    fn lend(&mut self) -> Lease<'_, T> {
        Lease::Mut(&mut self.kept)
    }

    fn share(&self) -> Lease<'_, T> {
        self.kept.share()
    }

    fn give(mut self, handle: &mut Handle) -> Lease<'k, T> {
        if let Some(object) = self.object.take() {
            *handle = object;
        }
        Lease::Own(Own::of(std::mem::take(&mut self.kept)))
    }

    fn settle(&mut self, values: Lease<'k, T>, handle: &mut Handle) {
        self.kept = values.into_kept();
        self.object = Some(handle.entrust());
    }
}

impl<T> Drop for Tended<T> {
    fn drop(&mut self) {
        if let Some(object) = self.object.take() {
            Call::end(object, &mut self.kept);
        }
    }
}
