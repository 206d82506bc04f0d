//! Calls that nobody asked for: when an object ends, and when a borrow has ended.

use super::Call;
use crate::host::fault::{Fault, Stop};
use crate::host::handle::Handle;
use crate::host::kept::{Kept, Lease};
use crate::host::session::{self, Session};
use crate::wire::lender::{Borrowed, Target};

/// The export that puts back what a guest lent mutably, in every guest that does.
const PUT_BACK: u32 = 5;

impl Call<'_> {
    /// Drops an object whose destructor may ask values. Runs in destructors: what goes wrong is told to nobody, unless
    /// a value of the caller's panicked.
    pub(crate) fn end<T>(mut object: Handle, values: &mut Kept<T>) {
        let Ok(session) = Session::at_home_of(object.process(), object.place()) else {
            return;
        };
        let mut lease = Lease::Mut(values);
        let mut call = Call::over(session);
        let kind = object.kind();
        let Ok(pointer) = call.session.surrender(&mut object) else {
            return;
        };
        call.serve(&mut lease);
        let result = call.run(kind, [pointer.into()]);
        drop(call);
        if let Err(Stop::Panic(payload)) = result
            && !std::thread::panicking()
        {
            std::panic::resume_unwind(payload);
        }
    }

    /// Puts back what an object lent mutably, if it is another value now. The session is that of the object's home.
    pub(crate) fn put_back(session: Session, loan: Borrowed) -> Result<(), Fault> {
        let mut call = Call::over(session);
        let Target { place, len, function } = loan.target;
        let mut changed = false;
        let message = call.message(|w| changed = loan.write(w));
        if !changed && call.fault.is_none() {
            return Ok(());
        }
        let slots = [session::span(place, len), function.into(), message];
        match call.run(PUT_BACK, slots) {
            Ok(_) => Ok(()),
            Err(Stop::Fault(fault)) => Err(*fault),
            // Of a value of the caller's, which the destructor of the old value asked.
            Err(Stop::Panic(payload)) => {
                drop(call);
                std::panic::resume_unwind(payload)
            }
        }
    }
}
