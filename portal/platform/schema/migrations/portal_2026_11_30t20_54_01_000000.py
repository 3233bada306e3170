from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-30T20:54:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "Whom the letters of before reached, as far as it is known; without that, and at a door, nothing is proven"


class Contact(Table, tablename="contact", schema=None):
    pass


# Behind the row policy, which holds for the owner too, one sees only the communities that are named.
SCOPE = """
SELECT set_config('app.communities', (SELECT '{{' || coalesce(string_agg(id::text, ','), '') || '}}' FROM community), true)
"""
# Who owes alone got it; of several, whoever the audit says opened it.
ALONE = """
UPDATE contact SET person = (SELECT m.person FROM arrears_case k JOIN debtor_member m ON m.debtor = k.debtor
  WHERE k.id = contact.arrears_case)
WHERE id IN (SELECT contact FROM letter_proof) AND 1 = (SELECT count(*) FROM arrears_case k
  JOIN debtor_member m ON m.debtor = k.debtor WHERE k.id = contact.arrears_case)
"""
OPENED = """
UPDATE contact SET person = (SELECT n.id FROM audit_entry a JOIN person n ON a.actor = 'owner:' || n.human::text
  JOIN debtor_member m ON m.person = n.id JOIN arrears_case k ON k.debtor = m.debtor AND k.id = contact.arrears_case
  WHERE a.subject = 'case:' || contact.arrears_case::text AND a.facts->>'contact' = contact.id::text
  ORDER BY n.external_id LIMIT 1)
WHERE outcome = 'opened' AND person IS NULL
"""
NO_PROOF = """
UPDATE contact SET proves = false WHERE proves AND (person IS NULL OR outcome = 'posted' OR outcome = 'opened'
  AND EXISTS (SELECT FROM person n JOIN staff s ON s.human = n.human AND s.community = contact.community
              WHERE n.id = contact.person))
"""
BY_NOBODY = """
UPDATE contact SET by_staff = NULL WHERE outcome = 'opened'
"""


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="portal", description=DESCRIPTION
    )

    async def say_to_whom():
        for sentence in (SCOPE, ALONE, OPENED, NO_PROOF, BY_NOBODY):
            await Contact.raw(sentence)

    manager.add_raw(say_to_whom)
    return manager
